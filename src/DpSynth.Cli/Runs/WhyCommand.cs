using System.CommandLine;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs why ID</c>: what only the dataset's owner may know of a run.</summary>
internal static class WhyCommand
{
    private static readonly Argument<string> _id = RunsCommand.RunId();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "why",
        "Say what happened in a run: which files were left out, why a step failed. Private: it is for the data's owner.",
        [_id],
        (parsed, cancellationToken) => RunAsync(context, NameArgument.Run(parsed.GetRequiredValue(_id)), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string id, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var run = await connection.Runs.FindAsync(id, cancellationToken)
            ?? throw new CommandException(ExitCode.NotFound, $"There is no run '{id}'; './dpsynth runs list' shows those there are.");
        var details = await connection.PrivateStore.ListDetailsAsync(id, cancellationToken);
        context.Terminal.Result(
            new RunReasons(id, run.Code, run.Reason, details),
            (reasons, layout) => reasons.Details.Count == 0
                ? $"{reasons.Reason ?? "Nothing went wrong in this run."}{Environment.NewLine}There is no more to be told."
                : layout.Table(["STEP", "CODE", "WHAT HAPPENED"], reasons.Details.Select(detail => (string[])[detail.Step, detail.Code, detail.Text])));
        return ExitCode.Success;
    }
}

/// <summary>What happened in a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Code">What everybody is told, as a code; null where nothing is.</param>
/// <param name="Reason">What everybody is told.</param>
/// <param name="Details">What the owner is told.</param>
internal sealed record RunReasons(string Run, string? Code, string? Reason, IReadOnlyList<OwnerDetail> Details);
