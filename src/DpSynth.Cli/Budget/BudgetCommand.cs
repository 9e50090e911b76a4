using System.CommandLine;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget</c>: what a dataset may cost and has cost.</summary>
internal static class BudgetCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "budget",
        "Show or set the privacy budget of a dataset: what all runs on it together may cost.",
        [ShowCommand.Create(context), SetCommand.Create(context)]);
}
