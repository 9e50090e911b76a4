using DpSynth.Cli.Accounting;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Tests.Accounting;

public sealed class FurtherRunsTests
{
    private const double Delta = 1e-6;

    [Fact]
    public void As_many_runs_are_admitted_as_the_accountant_admits_and_not_one_more()
    {
        PrivacyEvent[] run = [new DiscreteGaussianEvent { SigmaSquared = Rational.Parse("400"), Count = 4 }];
        var budget = Budget(5);

        var answer = FurtherRuns.Of(budget, run);

        double EpsilonOf(int runs) =>
            PrivacyAccountant.Epsilon([new DiscreteGaussianEvent { SigmaSquared = Rational.Parse("400"), Count = 4 * runs }], Delta).Epsilon;
        Assert.InRange(answer.Runs, 2, 1000);
        Assert.True(EpsilonOf(answer.Runs) <= 5);
        Assert.True(EpsilonOf(answer.Runs + 1) > 5);
        Assert.Equal((0, EpsilonOf(answer.Runs)), (answer.CommittedEpsilon, answer.EpsilonAfter), (left, right) =>
            left.Item1 == right.Item1 && Math.Abs(left.Item2 - right.Item2) < 1e-9);
    }

    [Fact]
    public void Spent_and_reserved_releases_count_and_returned_ones_do_not()
    {
        PrivacyEvent[] run = [new DiscreteGaussianEvent { SigmaSquared = Rational.Parse("400") }];
        RunBudget Run(bool closed, bool spent) => new()
        {
            RunId = $"{closed} {spent}",
            Closed = closed,
            Measurements = [new LedgerMeasurement("iteration-001", run[0] with { Count = 10 }, spent ? DateTimeOffset.UnixEpoch : null, null)],
        };

        var free = FurtherRuns.Of(Budget(5), run).Runs;
        Assert.Equal(free, FurtherRuns.Of(Budget(5) with { Runs = [Run(closed: true, spent: false)] }, run).Runs);
        Assert.Equal(free - 10, FurtherRuns.Of(Budget(5) with { Runs = [Run(closed: true, spent: true)] }, run).Runs);
        Assert.Equal(free - 20, FurtherRuns.Of(Budget(5) with { Runs = [Run(closed: true, spent: true), Run(closed: false, spent: false)] }, run).Runs);
    }

    [Fact]
    public void Cap_that_is_used_up_admits_none()
    {
        PrivacyEvent[] run = [new GaussianEvent { NoiseMultiplier = 0.1 }];

        Assert.Equal(0, FurtherRuns.Of(Budget(1), run).Runs);
    }

    [Fact]
    public void Kind_by_default_is_that_of_the_run_planned_last()
    {
        var release = new GaussianEvent { NoiseMultiplier = 3 };
        var budget = Budget(1) with
        {
            Runs =
                [new RunBudget { RunId = "a", Measurements = [new("x", release, null, null), new("y", release, null, null)] }, new RunBudget { RunId = "b" }],
        };

        Assert.Equal(release with { Count = 2 }, Assert.Single(FurtherRuns.LatestKind(budget)));
        Assert.Empty(FurtherRuns.LatestKind(Budget(1)));
    }

    private static PrivacyBudget Budget(double epsilon) => new() { Dataset = "birds", Lineage = "birds", CapEpsilon = epsilon, CapDelta = Delta };
}
