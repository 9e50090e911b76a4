using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;
using DpSynth.Privacy.Statements;

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
            ("protects", report.Policy is null ? "nothing: there is no policy, and no run is admitted" : report.Unit == PrivacyUnit.Image
                ? "each image" : "each owner"),
            ("total", $"ε {Figures.Epsilon(report.TotalEpsilon)} at δ {Figures.Delta(report.Delta)}"),
            ("spent", $"ε {Figures.Epsilon(report.SpentEpsilon)}"),
            ("reserved", report.CommittedEpsilon > report.SpentEpsilon ? $"ε {Figures.Epsilon(report.CommittedEpsilon)} with what running runs hold" : null),
            ("other unit", report.OtherUnitCommittedEpsilon > 0
                ? $"ε {Figures.Epsilon(report.OtherUnitCommittedEpsilon)} of {(report.Unit == PrivacyUnit.Image ? "each owner" : "each image")}, "
                    + "beside the above and never added"
                : null),
            ("left", $"ε {Figures.Epsilon(report.RemainingEpsilon)} for a single further run"),
        ]);
        var runs = layout.Table(
            ["RUN", "SPENT", "OF EACH", "MEASUREMENTS", "STATE"],
            report.Runs.Select(
                run => (string[])[run.RunId, $"ε {Figures.Epsilon(run.SpentEpsilon)}", run.Unit == PrivacyUnit.Image ? "image" : "owner",
                    Figures.Count(run.Measurements), run.Closed ? "over" : "running"]));
        return report.Runs.Count == 0 ? figures : $"{figures}{Environment.NewLine}{Environment.NewLine}{runs}";
    }
}
