using System.Text.Json.Nodes;

namespace DpSynth.Infra.Tests.Deployments;

/// <summary>One resource of a <see cref="Deployment"/>.</summary>
/// <param name="json">The resource as the compiler predicts it.</param>
/// <param name="suffix">The end of the deployment's names, which <see cref="Name"/> leaves out.</param>
internal sealed class DeployedResource(JsonNode json, string suffix)
{
    public JsonNode Json { get; } = json;

    public string Id { get; } = json["id"]!.GetValue<string>();

    public string Type { get; } = json["type"]!.GetValue<string>();

    /// <summary>The names of the parents and its own, such as <c>stexchange/default/candidates</c>.</summary>
    public string Name { get; } = Short(json["name"]!.GetValue<string>(), suffix);

    /// <summary>The last part of <see cref="Name"/>.</summary>
    public string OwnName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>The part at a path such as <c>identity.type</c>; null where there is none.</summary>
    public JsonNode? At(string path) => path.Split('.').Aggregate((JsonNode?)Json, (node, key) => node?[key]);

    /// <summary>The text, number or truth value at a path; null where there is none.</summary>
    public object? Value(string path) => At(path) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var truth) => truth,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        var other => other.GetValue<string>(),
    };

    /// <summary>The texts at a path; empty where there are none.</summary>
    public IEnumerable<string> Texts(string path) => At(path)?.AsArray().Select(item => item!.GetValue<string>()) ?? [];

    public override string ToString() => Id;

    internal static string Short(string name, string suffix) =>
        name.Replace($"-{suffix}", "", StringComparison.Ordinal).Replace(suffix, "", StringComparison.Ordinal);
}
