using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>A file of reference values, and how far the product was found from them.</summary>
internal sealed class ReferenceFile(string name, ITestOutputHelper output)
{
    private readonly JsonNode _root =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name + ".json")))!;

    private readonly List<string> _failures = [];

    internal IReadOnlyList<JsonNode> Cases(string array, int count)
    {
        var cases = _root[array]!.AsArray();
        Assert.Equal(count, cases.Count);
        return [.. cases.Select(node => node!)];
    }

    /// <summary>Checks every case of an array and prints the largest relative deviation.</summary>
    /// <param name="array">Name of the array.</param>
    /// <param name="count">How many cases it was published with.</param>
    /// <param name="check">Gives (what was found, what is expected, lowest allowed, highest allowed).</param>
    internal void Check(
        string array, int count, Func<JsonNode, IEnumerable<(double Found, double Expected, double Low, double High)>> check)
    {
        double largest = 0;
        var at = "";
        foreach (var node in Cases(array, count))
        {
            var id = (string)node["id"]!;
            foreach ((var found, var expected, var low, var high) in check(node))
            {
                if (!(found >= low && found <= high))
                {
                    _failures.Add($"{id}: {found:R} is not within {low:R} to {high:R}");
                }

                var deviation = found == expected ? 0 : Math.Abs((found - expected) / expected);
                if (!double.IsInfinity(deviation) && deviation > largest)
                {
                    (largest, at) = (deviation, id);
                }
            }
        }

        output.WriteLine($"{name}/{array}: largest relative deviation {largest:E2} at {at}");
        Assert.Empty(_failures);
    }

    /// <summary>A comparison within a symmetric tolerance.</summary>
    internal static (double Found, double Expected, double Low, double High) Within(double found, double expected, double tolerance) =>
        (found, expected, expected - tolerance, expected + tolerance);

    /// <summary>What a certified upper bound of a composed ε must meet.</summary>
    internal static (double Found, double Expected, double Low, double High) UpperBound(double found, double expected) =>
        (found, expected, expected - (1e-6 * Math.Max(1, expected)), Math.Min((1.01 * expected) + 0.01, (1.001 * expected) + 0.001));

    /// <summary>What a certified lower bound must meet.</summary>
    internal static (double Found, double Expected, double Low, double High) LowerBound(double found, double expected) =>
        (found, expected, 0.99 * expected, expected + (1e-9 * Math.Max(1, expected)));
}
