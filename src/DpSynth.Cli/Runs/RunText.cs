using DpSynth.Cli.Connections;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Cli.Runs;

/// <summary>Runs in words, and what their end means for the exit code.</summary>
internal static class RunText
{
    public static string Describe(RunView run, Layout layout) => layout.Pairs(
    [
        ("run", run.Id),
        ("state", State(run.State)),
        ("dataset", run.Dataset),
        ("method", run.Method),
        ("generator", run.Generator),
        ("budget", run.Epsilon is { } epsilon && run.Delta is { } delta ? $"ε {Figures.Epsilon(epsilon)}, δ {Figures.Delta(delta)}" : null),
        ("spent", $"ε {Figures.Epsilon(run.EpsilonSpent)}{(run.Delta is { } at ? $" at δ {Figures.Delta(at)}" : "")}"),
        ("image API", run.Spending is { } spending ? Describe(spending) : null),
        ("progress", run.Progress is { } progress ? Describe(progress) : null),
        ("submitted", Time(run.SubmittedAt)),
        ("updated", Time(run.UpdatedAt)),
        ("release", run.Release),
        ("reason", run.Reason),
        ("code", run.Code),
    ]);

    public static string Describe(RunListing list, bool rejected, Layout layout)
    {
        if (list.Runs.Count == 0)
        {
            return rejected ? "No request was rejected." : "There are no runs yet.";
        }

        return rejected
            ? layout.Table(["ID", "REJECTED", "REASON"], list.Runs.Select(run => (string[])[run.Id, Time(run.SubmittedAt), run.Reason ?? ""]))
            : layout.Table(
                ["RUN", "STATE", "DATASET", "EPSILON", "SPENT", "SUBMITTED", "REASON"],
                list.Runs.Select(run => (string[])
                [
                    run.Id, State(run.State), run.Dataset ?? "", run.Epsilon is { } epsilon ? Figures.Epsilon(epsilon) : "",
                    Figures.Epsilon(run.EpsilonSpent), Time(run.SubmittedAt), run.Reason ?? "",
                ]));
    }

    public static int ExitCodeOf(RunState state) => state switch
    {
        RunState.Succeeded or RunState.Pending or RunState.Running => ExitCode.Success,
        RunState.Refused => ExitCode.Refused,
        _ => ExitCode.Failure,
    };

    /// <summary>What a run has cost at an image API.</summary>
    public static string Describe(ImageSpending spending)
    {
        var cap = spending.MaxCost is { } most ? $" of at most {Figures.Dollars(most)}" : "";
        var held = spending.Held > 0 ? $", {Figures.Dollars(spending.Held)} set aside" : "";
        var refused = spending.Refusals > 0 ? $", {Figures.Count(spending.Refusals)} refused" : "";
        var lost = spending.LostAnswers > 0 ? $", {Figures.Count(spending.LostAnswers)} paid and lost" : "";
        return $"{Figures.Dollars(spending.Cost)}{cap}{held}, {Figures.Count(spending.Images)} images in {Figures.Count(spending.Requests)} "
            + $"requests{refused}{lost}";
    }

    private static string Describe(RunProgress progress)
    {
        var text = $"{State(progress.Stage)}, iteration {progress.Iteration} of {progress.Iterations}";
        return progress.Total > 0 ? $"{text}, {Figures.Count(progress.Done)} of {Figures.Count(progress.Total)} {progress.Unit}" : text;
    }

    // The API's own word, so that a reader finds it again with --json.
    private static string State<T>(T state)
        where T : struct, Enum
    {
        var name = state.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static string Time(DateTimeOffset? time) => time is { } known ? Figures.Time(known) : "";
}
