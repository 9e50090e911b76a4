using System.CommandLine;

namespace DpSynth.Cli.Accounting;

/// <summary><c>dpsynth accountant</c>: the questions people have before a run.</summary>
internal static class AccountantCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "accountant",
        "Work out what measurements cost, how much noise they need, and how many runs a budget has room for.",
        [
            EpsilonCommand.Create(context),
            NoiseCommand.Create(context),
            CurveCommand.Create(context),
            FurtherRunsCommand.Create(context),
            SampleCommand.Create(context),
        ]);
}
