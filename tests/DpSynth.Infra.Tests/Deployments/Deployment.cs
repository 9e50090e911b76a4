using System.Text.Json.Nodes;
using DpSynth.Infra.Tests.Compiler;

namespace DpSynth.Infra.Tests.Deployments;

/// <summary>
/// What a deployment with certain settings makes, evaluated by the compiler: loops run, conditions decided, names and ids known. Only what
/// a resource says of itself once it is there stays an expression, such as <c>[reference('…id…', '…').principalId]</c>, and so do values of
/// secure parameters.
/// </summary>
internal sealed class Deployment
{
    private static readonly Lazy<Deployment> _standard = new(() => new([]));

    private static readonly Lazy<Deployment> _complete = new(() => new(Options));

    private static readonly Lazy<Deployment> _trial = new(() => new(new(Options) { ["DPSYNTH_PRIVATE_NETWORK"] = "false" }));

    private static readonly Lazy<Deployment> _undeployed =
        new(() => new(new(Options) { ["DPSYNTH_PRIVATE_NETWORK"] = "false", ["DPSYNTH_EVENT_PUSH_IS_DEPLOYED"] = "false" }));

    private Deployment(Dictionary<string, string> settings)
    {
        var directory = Directory.CreateTempSubdirectory("dpsynth-deployment-");
        try
        {
            var parameters = Path.Combine(directory.FullName, "test.bicepparam");
            File.WriteAllText(
                parameters, AzdEnvironment.Parameters(Path.GetRelativePath(directory.FullName, Path.Combine(Repository.Infra, "main.bicep")), settings));
            BicepCompiler.Expect(
                "snapshot", parameters, "--mode", "overwrite", "--location", "swedencentral",
                "--subscription-id", "00000000-0000-0000-0000-000000000001", "--tenant-id", "00000000-0000-0000-0000-000000000002");
            var snapshot = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(parameters, ".snapshot.json")))!;
            Assert.Empty(snapshot["diagnostics"]!.AsArray());
            Outputs = snapshot["outputs"]!.AsObject();
            Suffix = Outputs["DPSYNTH_PRIVATE_ACCOUNT"]!.GetValue<string>()["stprivate".Length..];
            Resources = [.. snapshot["predictedResources"]!.AsArray().Select(resource => new DeployedResource(resource!, Suffix))];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Nothing set but what the guide demands: a closed network and no options.</summary>
    public static Deployment Standard => _standard.Value;

    /// <summary>A closed network and every option.</summary>
    public static Deployment Complete => _complete.Value;

    /// <summary>An open network and every option.</summary>
    public static Deployment Trial => _trial.Value;

    /// <summary>An open network and every option, before any code is deployed.</summary>
    public static Deployment Undeployed => _undeployed.Value;

    public static TheoryData<string> Every { get; } = [nameof(Standard), nameof(Complete), nameof(Trial)];

    public static TheoryData<string> Closed { get; } = [nameof(Standard), nameof(Complete)];

    /// <summary>End of every resource's name, made of subscription, environment and region.</summary>
    public string Suffix { get; }

    public IReadOnlyList<DeployedResource> Resources { get; }

    public JsonObject Outputs { get; }

    private static Dictionary<string, string> Options => new(StringComparer.Ordinal)
    {
        ["DPSYNTH_USE_AZURE_OPENAI"] = "true",
        ["DPSYNTH_USE_EVENT_TOPIC"] = "true",
        ["DPSYNTH_USE_EVENT_PUSH"] = "true",
        ["DPSYNTH_EVENT_PUSH_IS_DEPLOYED"] = "true",
        ["DPSYNTH_WEBHOOK_HOSTS"] = "hooks.example.org",
        ["DPSYNTH_WEBHOOK_SECRET"] = "bm90IGEgc2VjcmV0LCBidXQgYXMgbG9uZyBhcyBvbmU=",
        ["DPSYNTH_OTLP_ENDPOINT"] = "https://otlp.example.org",
        ["DPSYNTH_USE_OTLP_HEADERS"] = "true",
        ["DPSYNTH_OTLP_HEADERS"] = "api-key=none",
    };

    public static Deployment Named(string name) => name switch
    {
        nameof(Standard) => Standard,
        nameof(Complete) => Complete,
        nameof(Trial) => Trial,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public IEnumerable<DeployedResource> Of(string type) => Resources.Where(resource => resource.Type == type);

    public DeployedResource Single(string type) => Of(type).Single();
}
