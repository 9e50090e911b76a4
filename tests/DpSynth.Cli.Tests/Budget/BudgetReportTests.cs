using DpSynth.Cli.Budget;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Tests.Budget;

public sealed class BudgetReportTests
{
    private const double Delta = 1e-5;

    private static readonly PrivacyBudget _unspent = new()
    {
        Dataset = "birds",
        Lineage = "birds",
        CapEpsilon = 3,
        CapDelta = Delta,
        RemainingEpsilon = 3,
    };

    [Fact]
    public void Report_has_each_run_s_own_cost_and_says_what_still_fits()
    {
        var release = new GaussianEvent { NoiseMultiplier = 1 / GaussianAccountant.Mu(1, Delta) };
        var report = BudgetReport.Of(_unspent with
        {
            SpentEpsilon = 1,
            CommittedEpsilon = 1.5,
            RemainingEpsilon = 2.5,
            Runs =
            [
                new RunBudget
                {
                    RunId = "over", Closed = true,
                    Measurements = [new LedgerMeasurement("a", release, DateTimeOffset.UnixEpoch, "hash"), new LedgerMeasurement("b", release, null, null)],
                },
                new RunBudget { RunId = "running", Measurements = [new LedgerMeasurement("a", release, null, null)] },
            ],
        });

        Assert.Equal([(1, 1), (0, 0)], report.Runs.Select(run => (Math.Round(run.SpentEpsilon, 9), run.Measurements)));
        Assert.Contains("1.5 with what running runs hold", Describe(report), StringComparison.Ordinal);
        Assert.True(report.Admits(report.RemainingEpsilon, Delta));
        Assert.False(report.Admits(report.RemainingEpsilon * 1.001, Delta));
        Assert.True(report.Admits(2.6, 1e-9));
    }

    [Fact]
    public void Budget_without_runs_is_whole()
    {
        var report = BudgetReport.Of(_unspent);

        Assert.Equal((0d, 0d, 3d), (report.SpentEpsilon, report.CommittedEpsilon, report.RemainingEpsilon));
        Assert.DoesNotContain("RUN", Describe(report), StringComparison.Ordinal);
        Assert.DoesNotContain("lineage", Describe(report), StringComparison.Ordinal);
        Assert.Contains("'fowl'", Describe(report with { Lineage = "fowl" }), StringComparison.Ordinal);
    }

    private static string Describe(BudgetReport report) => BudgetText.Describe(report, new Layout(null));
}
