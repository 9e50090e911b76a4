using DpSynth.Cli.Budget;
using DpSynth.Privacy;
using DpSynth.Synthesis.Budgets;

namespace DpSynth.Cli.Tests.Budget;

public sealed class BudgetReportTests
{
    private const double Delta = 1e-5;

    [Fact]
    public void Report_tells_spent_from_reserved_and_from_what_is_left()
    {
        var muSquared = Math.Pow(GaussianAccountant.Mu(1, Delta), 2);
        var report = BudgetReport.Of(new DatasetBudget
        {
            Dataset = "birds",
            TotalEpsilon = 3,
            TotalDelta = Delta,
            Runs =
            [
                new RunSpending { RunId = "over", ReservedMuSquared = muSquared, Closed = true, Releases = [Release(muSquared / 2)] },
                new RunSpending { RunId = "running", ReservedMuSquared = muSquared, Releases = [Release(muSquared / 2)] },
            ],
        });

        Assert.Equal(1, report.SpentEpsilon, 1e-6);
        Assert.InRange(report.CommittedEpsilon, 1.2, 1.4);
        var total = Math.Pow(GaussianAccountant.Mu(3, Delta), 2);
        Assert.Equal(total, Math.Pow(GaussianAccountant.Mu(report.RemainingEpsilon, Delta), 2) + (1.5 * muSquared), 1e-6);
        Assert.True(report.Admits(report.RemainingEpsilon * 0.999, Delta));
        Assert.False(report.Admits(report.RemainingEpsilon * 1.001, Delta));
    }

    [Fact]
    public void Budget_without_runs_is_whole()
    {
        var report = BudgetReport.Of(new DatasetBudget { Dataset = "birds", TotalEpsilon = 10, TotalDelta = Delta });

        Assert.Equal((0d, 0d), (report.SpentEpsilon, report.CommittedEpsilon));
        Assert.Equal(10, report.RemainingEpsilon, 1e-9);
        Assert.DoesNotContain("RUN", report.Describe(), StringComparison.Ordinal);
    }

    private static ReleaseSpending Release(double muSquared) => new(1, muSquared, DateTimeOffset.UnixEpoch);
}
