using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpSynth.Infra.Tests.Compiler;

namespace DpSynth.Infra.Tests.Deployments;

/// <summary>
/// The values of an azd environment, and the parameters that azd makes of them by way of <c>main.parameters.json</c>: <c>${NAME}</c> and
/// <c>${NAME=default}</c> are filled in, and a text becomes a number or a truth value where the template wants one.
/// </summary>
internal static partial class AzdEnvironment
{
    /// <summary>What the guide tells to set, and azd itself sets.</summary>
    private static readonly Dictionary<string, string> _always = new(StringComparer.Ordinal)
    {
        ["AZURE_ENV_NAME"] = "test",
        ["AZURE_LOCATION"] = "swedencentral",
        ["DPSYNTH_AUTH_CLIENT_ID"] = "00000000-0000-0000-0000-00000000000a",
        ["DPSYNTH_ALERT_EMAIL"] = "operator@example.org",
    };

    /// <summary>The parameters that <c>main.parameters.json</c> gives, each with its text.</summary>
    public static IReadOnlyDictionary<string, string> Templates { get; } =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Infra, "main.parameters.json")))!
        ["parameters"]!.AsObject().ToDictionary(given => given.Key, given => given.Value!["value"]!.GetValue<string>(), StringComparer.Ordinal);

    /// <summary>Names of the environment's values that any parameter is made of.</summary>
    public static IEnumerable<string> Names =>
        Templates.Values.SelectMany(text => Reference().Matches(text)).Select(match => match.Groups["name"].Value).Distinct();

    /// <summary>A file of parameters in Bicep's notation.</summary>
    /// <param name="template">The main template, relative to the file.</param>
    /// <param name="values">What <c>azd env set</c> was called with.</param>
    public static string Parameters(string template, IReadOnlyDictionary<string, string> values)
    {
        Assert.Subset(Names.ToHashSet(), values.Keys.ToHashSet());
        var types = BicepCompiler.Main["parameters"]!.AsObject();
        string Line(KeyValuePair<string, string> given) =>
            $"param {given.Key} = {Literal(types[given.Key]?["type"]?.GetValue<string>(), Fill(given.Value, values))}";
        return string.Join('\n', Templates.Select(Line).Prepend($"using '{template}'"));
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> values) => Reference().Replace(text, match =>
        values.TryGetValue(match.Groups["name"].Value, out var value) || _always.TryGetValue(match.Groups["name"].Value, out value)
            ? value
            : match.Groups["default"] is { Success: true } otherwise
                ? otherwise.Value
                : throw new InvalidOperationException($"The environment has no {match.Groups["name"].Value}."));

    private static string Literal(string? type, string text) => type switch
    {
        "bool" => bool.Parse(text) ? "true" : "false",
        "int" => int.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        _ => $"'{Escaped(text)}'",
    };

    private static string Escaped(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("'", @"\'", StringComparison.Ordinal)
        .Replace("${", @"\${", StringComparison.Ordinal);

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)(=(?<default>[^}]*))?\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Reference();
}
