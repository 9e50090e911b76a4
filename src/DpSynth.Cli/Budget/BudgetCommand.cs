using System.CommandLine;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget</c>: what a dataset may cost and has cost.</summary>
internal static class BudgetCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "budget",
        "The privacy budget of a dataset: what all runs on it together may cost, and the ledger of what they have cost.",
        [
            ShowCommand.Create(context), SetCommand.Create(context), VerifyCommand.Create(context), ExportCommand.Create(context),
            NewCommand.Create(context), JoinCommand.Create(context),
        ]);
}
