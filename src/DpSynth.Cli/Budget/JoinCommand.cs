using System.CommandLine;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget join DATASET --into LINEAGE [--reason TEXT]</c>.</summary>
internal static class JoinCommand
{
    private static readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset whose ledger is closed." };

    private static readonly Option<string> _into = new("--into")
    {
        Description = "The lineage that everything is charged to.",
        HelpName = "LINEAGE",
        Required = true,
    };

    private static readonly Option<string?> _reason = new("--reason") { Description = "Why; recorded.", HelpName = "TEXT" };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "join",
        "Charge everything spent on a dataset's ledger to another lineage, whose cap stands, and close it. It cannot be undone.",
        [_dataset, _into, _reason],
        (parsed, cancellationToken) => RunAsync(
            context,
            NameArgument.Dataset(parsed.GetRequiredValue(_dataset)),
            parsed.GetRequiredValue(_into),
            parsed.GetValue(_reason),
            cancellationToken));

    private static async Task<int> RunAsync(
        CommandContext context, string dataset, string into, string? reason, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        try
        {
            var budget = await connection.LedgerAdministration.JoinAsync(dataset, into, reason, cancellationToken);
            context.Terminal.Result(BudgetReport.Of(budget), BudgetText.Describe);
            return ExitCode.Success;
        }
        catch (InvalidOperationException refusal)
        {
            throw new CommandException(ExitCode.Refused, refusal.Message);
        }
    }
}
