using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary>A dataset's budget for people.</summary>
internal static class BudgetText
{
    /// <summary>The report in words.</summary>
    public static string Describe(BudgetReport report, Layout layout)
    {
        var figures = layout.Pairs(
        [
            ("dataset", report.Dataset),
            ("ledger", report.Lineage == report.Dataset ? null : $"that of lineage '{report.Lineage}'"),
            ("total", $"ε {Figures.Epsilon(report.TotalEpsilon)} at δ {Figures.Delta(report.Delta)}"),
            ("spent", $"ε {Figures.Epsilon(report.SpentEpsilon)}"),
            ("reserved", report.CommittedEpsilon > report.SpentEpsilon ? $"ε {Figures.Epsilon(report.CommittedEpsilon)} with what running runs hold" : null),
            ("left", $"ε {Figures.Epsilon(report.RemainingEpsilon)} for a single further run"),
        ]);
        var runs = layout.Table(
            ["RUN", "SPENT", "MEASUREMENTS", "STATE"],
            report.Runs.Select(
                run => (string[])[run.RunId, $"ε {Figures.Epsilon(run.SpentEpsilon)}", Figures.Count(run.Measurements), run.Closed ? "over" : "running"]));
        return report.Runs.Count == 0 ? figures : $"{figures}{Environment.NewLine}{Environment.NewLine}{runs}";
    }
}
