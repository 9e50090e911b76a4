using System.CommandLine;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget show DATASET</c>.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset's name." };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "show",
        "Show what a dataset may cost, has cost, and what is left.",
        [_dataset],
        (parsed, cancellationToken) => RunAsync(context, NameArgument.Dataset(parsed.GetRequiredValue(_dataset)), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string dataset, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var budget = await connection.Ledger.ReadAsync(dataset, cancellationToken);
        context.Terminal.Result(BudgetReport.Of(budget), BudgetText.Describe);
        return ExitCode.Success;
    }
}
