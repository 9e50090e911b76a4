using System.CommandLine;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs show ID</c>.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> _id = RunsCommand.RunId();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "show",
        "Show one run: its state, what it spent, where its release is, why it failed.",
        [_id],
        (parsed, cancellationToken) => RunAsync(context, NameArgument.Run(parsed.GetRequiredValue(_id)), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string id, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var run = await connection.Runs.FindAsync(id, cancellationToken)
            ?? throw new CommandException(ExitCode.NotFound, $"There is no run '{id}'; './dpsynth runs list' shows those there are.");
        context.Terminal.Result(run, RunText.Describe);
        return ExitCode.Success;
    }
}
