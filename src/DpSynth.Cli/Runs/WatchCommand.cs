using System.CommandLine;
using DpSynth.Cli.Runs.Watching;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs watch ID</c>.</summary>
internal static class WatchCommand
{
    private static readonly Argument<string> _id = RunsCommand.RunId();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "watch",
        "Follow a run to its end. Where no host is running, one runs in this process until then.",
        [_id],
        (parsed, cancellationToken) => RunAsync(context, NameArgument.Run(parsed.GetRequiredValue(_id)), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string id, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: true, cancellationToken);
        var run = await new RunWatcher(connection.Runs, context.Terminal).WatchAsync(id, cancellationToken);
        context.Terminal.Result(run, RunText.Describe);
        return RunText.ExitCodeOf(run.State);
    }
}
