using System.CommandLine;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget new DATASET --reason TEXT</c>.</summary>
internal static class NewCommand
{
    private const int MaximumReason = 1000;

    private static readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset's name." };

    private static readonly Option<string> _reason = new("--reason")
    {
        Description = "Why what was spent so far does not count for these images.",
        HelpName = "TEXT",
        Required = true,
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "new",
        "Start a new ledger for a dataset, with nothing spent. Recorded on the old ledger and the new one, with the reason.",
        [_dataset, _reason],
        (parsed, cancellationToken) => RunAsync(
            context, NameArgument.Dataset(parsed.GetRequiredValue(_dataset)), parsed.GetRequiredValue(_reason), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string dataset, string reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaximumReason)
        {
            throw new CommandException(ExitCode.Usage, $"--reason takes 1 to {MaximumReason} characters; they are recorded on both ledgers.");
        }

        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        await BudgetDataset.FindLineageAsync(connection, dataset, cancellationToken);
        var budget = await connection.LedgerAdministration.StartNewAsync(dataset, reason, cancellationToken);
        context.Terminal.Result(BudgetReport.Of(budget), BudgetText.Describe);
        return ExitCode.Success;
    }
}
