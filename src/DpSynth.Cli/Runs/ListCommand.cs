using System.CommandLine;
using DpSynth.Cli.Connections;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs list [--rejected]</c>.</summary>
internal static class ListCommand
{
    private static readonly Option<bool> _rejected = new("--rejected") { Description = "List the requests that were not served, and why." };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "list",
        "List the runs, newest first.",
        [_rejected],
        (parsed, cancellationToken) => RunAsync(context, parsed.GetValue(_rejected), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, bool rejected, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var runs = await connection.Runs.ListAsync(rejected, cancellationToken);
        context.Terminal.Result(new RunListing(runs), (list, layout) => RunText.Describe(list, rejected, layout));
        return ExitCode.Success;
    }
}
