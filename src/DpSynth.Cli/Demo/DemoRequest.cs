using System.Globalization;
using System.Text.Json.Nodes;
using DpSynth.Cli.Connections;

namespace DpSynth.Cli.Demo;

/// <summary>A demo's request: a sample under a fresh run id.</summary>
/// <param name="RunId">The run's id.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Epsilon">ε of the run.</param>
/// <param name="Delta">δ of the run, as the sample has it.</param>
/// <param name="Json">The request.</param>
internal sealed record DemoRequest(string RunId, string Dataset, double Epsilon, double Delta, string Json)
{
    /// <summary>Reads a sample and gives it a run id, ε and a seed.</summary>
    /// <param name="surroundings">Where the samples are.</param>
    /// <param name="sample">The sample's name, without <c>.json</c>.</param>
    /// <param name="demo">First part of the run's id.</param>
    /// <param name="options">ε and the seed.</param>
    /// <param name="now">Second part of the run's id.</param>
    /// <exception cref="CommandException">The sample is missing.</exception>
    public static DemoRequest Load(Surroundings surroundings, string sample, string demo, DemoOptions options, DateTimeOffset now)
    {
        var path = Path.Combine(surroundings.Home, "samples", $"{sample}.json");
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.NotFound, $"The sample request {path} is missing: restore it from the repository.");
        }

        var request = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var runId = $"{demo}-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        request["runId"] = runId;
        request["epsilon"] = options.Epsilon;
        request["seed"] = options.Seed;
        return new DemoRequest(runId, (string)request["dataset"]!, options.Epsilon, (double)request["delta"]!, request.ToJsonString());
    }
}
