using System.CommandLine;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs cancel ID</c>.</summary>
internal static class CancelCommand
{
    private static readonly Argument<string> _id = RunsCommand.RunId();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "cancel",
        "Ask a run to end at its next step. What it spent stays spent; the rest of its budget is free again.",
        [_id],
        (parsed, cancellationToken) => RunAsync(context, NameArgument.Run(parsed.GetRequiredValue(_id)), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string id, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        await connection.Runs.CancelAsync(id, cancellationToken);
        context.Terminal.Result(new CancelledRun(id), run => $"Asked run '{run.Id}' to end; './dpsynth runs watch {run.Id}' shows when it has.");
        return ExitCode.Success;
    }
}

/// <summary>The answer's JSON.</summary>
/// <param name="Id">The run that was asked to end.</param>
internal sealed record CancelledRun(string Id);
