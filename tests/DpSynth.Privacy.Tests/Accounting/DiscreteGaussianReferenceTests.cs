using System.Text.Json.Nodes;
using DpSynth.Privacy.Accounting;
using Xunit.Abstractions;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>Conformance to the accounting cases of <c>discrete-gaussian.json</c>, in its own tolerances.</summary>
public sealed class DiscreteGaussianReferenceTests(ITestOutputHelper output)
{
    private readonly ReferenceFile _file = new("discrete-gaussian", output);

    [Fact]
    public void Delta_of_one_release_meets_the_reference() => _file.Check("delta_cases", 69, node =>
    {
        var expected = (double)node["delta"]!;
        var bound = PrivacyAccountant.Delta([Event(node, 1)], (double)node["epsilon"]!);
        var tolerance = expected > 1e-290 ? 1e-9 * expected : 1e-290;
        return [ReferenceFile.Within(bound.Upper, expected, tolerance), ReferenceFile.Within(bound.Lower, expected, tolerance)];
    });

    [Fact]
    public void Epsilon_of_one_release_meets_the_reference() =>
        _file.Check("epsilon_cases", 62, node => Epsilon(node, Event(node, (int)node["steps"]!)));

    [Fact]
    public void Composition_on_the_lattice_meets_the_reference() =>
        _file.Check("composition_cases", 17, node => Epsilon(node, Event(node, (int)node["steps"]!)));

    [Fact]
    public void Several_coordinates_that_change_by_one_count_as_steps() => _file.Check(
        "vector_cases", 5, node => Epsilon(node, Event(node, (int)node["steps"]! * (int)node["coordinates_changed_by_one"]!)));

    private static IEnumerable<(double Found, double Expected, double Low, double High)> Epsilon(JsonNode node, PrivacyEvent measurement)
    {
        var expected = (double)node["epsilon"]!;
        var bound = PrivacyAccountant.Epsilon([measurement], (double)node["delta"]!);
        var tolerance = (1e-9 * expected) + 1e-10;
        return [ReferenceFile.Within(bound.Upper, expected, tolerance), ReferenceFile.Within(bound.Lower, expected, tolerance)];
    }

    private static DiscreteGaussianEvent Event(JsonNode node, int count) => new()
    {
        SigmaSquared = Rational.Parse((string)node["sigma2"]!),
        Sensitivity = (int?)node["sensitivity"] ?? 1,
        Count = count,
    };
}
