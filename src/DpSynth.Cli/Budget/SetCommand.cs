using System.CommandLine;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget set DATASET --epsilon E [--delta D] --reason TEXT [--confirm]</c>.</summary>
internal static class SetCommand
{
    private static readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset's name." };

    private static readonly Option<double> _epsilon = new("--epsilon")
    {
        Description = "ε that all runs together may cost.",
        HelpName = "E",
        Required = true,
    };

    private static readonly Option<double?> _delta = new("--delta")
    {
        Description = "δ at which that ε is stated (default: as it is).",
        HelpName = "D",
    };

    private static readonly Option<string> _reason = new("--reason") { Description = "Why; the ledger records it.", HelpName = "TEXT", Required = true };

    private static readonly Option<bool> _confirm = new("--confirm") { Description = "Confirm that the budget is raised." };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "set",
        "Set what a dataset may cost in all. It may be set below what is spent: no further run is then admitted.",
        [_dataset, _epsilon, _delta, _reason, _confirm],
        (parsed, cancellationToken) => RunAsync(
            context,
            NameArgument.Dataset(parsed.GetRequiredValue(_dataset)),
            parsed.GetRequiredValue(_epsilon),
            parsed.GetValue(_delta),
            parsed.GetRequiredValue(_reason),
            parsed.GetValue(_confirm),
            cancellationToken));

    private static async Task<int> RunAsync(
        CommandContext context, string dataset, double epsilon, double? delta, string reason, bool isConfirmed, CancellationToken cancellationToken)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
        {
            throw new CommandException(ExitCode.Usage, $"--epsilon is {epsilon}; it must be above 0 and finite.");
        }

        if (delta is not (null or (> 0 and < 1)))
        {
            throw new CommandException(ExitCode.Usage, $"--delta is {delta}; it must lie strictly between 0 and 1.");
        }

        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var current = await connection.Ledger.ReadAsync(dataset, cancellationToken);
        if (current.Policy is null)
        {
            throw new CommandException(
                ExitCode.NotFound, $"The dataset '{dataset}' has no policy: approve one with './dpsynth datasets policy set {dataset}'.");
        }

        var cap = new LedgerCap(epsilon, delta ?? current.CapDelta);
        if (PolicyChange.FindReasonFault(reason) is { } fault)
        {
            throw new CommandException(ExitCode.Usage, fault);
        }

        if (PolicyChange.FindRaiseFault(current, cap, isConfirmed) is { } unconfirmed)
        {
            throw new CommandException(ExitCode.Usage, $"{unconfirmed.TrimEnd('.')} with --confirm.");
        }

        var budget = await connection.LedgerAdministration.SetCapAsync(dataset, cap, by: null, reason, cancellationToken);
        context.Terminal.Result(BudgetReport.Of(budget), BudgetText.Describe);
        return ExitCode.Success;
    }
}
