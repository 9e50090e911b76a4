using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Ledgers.Tests;

public sealed class LedgerAccountantTests
{
    private readonly LedgerAccountant _accountant = new();

    /// <summary>For Gaussian noise μ² adds up, so that what is left is known in closed form.</summary>
    [Theory]
    [InlineData(10, 1e-5, 0.01)]
    [InlineData(10, 1e-5, 0.5)]
    [InlineData(10, 1e-5, 0.9)]
    [InlineData(10, 1e-5, 0.999)]
    [InlineData(1, 1e-9, 0.3)]
    [InlineData(0.01, 1e-3, 0.5)]
    [InlineData(100, 1e-6, 0.5)]
    public void What_is_left_beside_Gaussian_releases_is_what_their_sum_leaves(double epsilon, double delta, double share)
    {
        var mu = GaussianAccountant.Mu(epsilon, delta);
        var noise = new GaussianEvent { NoiseMultiplier = 1 / (mu * Math.Sqrt(share)) };
        var expected = GaussianAccountant.Epsilon(mu * Math.Sqrt(1 - share), delta);

        var remaining = _accountant.RemainingEpsilon(new LedgerCap(epsilon, delta), EventTotals.Empty.Add(noise));

        Assert.InRange(remaining, expected - (1e-5 * epsilon), expected * (1 + 1e-9));
    }

    [Fact]
    public void What_is_left_is_admitted_and_little_more_is_not()
    {
        LedgerCap cap = new(4, 1e-5);
        var committed = EventTotals.Empty
            .Add(new DiscreteGaussianEvent { SigmaSquared = Rational.Parse("10") })
            .Add(new LaplaceEvent { NoiseMultiplier = 5 });

        var remaining = _accountant.RemainingEpsilon(cap, committed);

        Assert.InRange(remaining, 1, 4);
        Assert.True(_accountant.Admits(cap, committed.Add(Costing(remaining))));
        Assert.False(_accountant.Admits(cap, committed.Add(Costing(remaining + 1e-3))));
    }

    [Fact]
    public void Nothing_is_left_of_a_cap_that_is_reached_and_all_of_one_that_is_not_touched()
    {
        LedgerCap cap = new(2, 1e-5);

        Assert.Equal(2, _accountant.RemainingEpsilon(cap, EventTotals.Empty));
        Assert.Equal(0, _accountant.RemainingEpsilon(cap, EventTotals.Empty.Add(Costing(3))));
        var whole = EventTotals.Empty.Add(Costing(2));
        Assert.Equal(0, _accountant.RemainingEpsilon(cap with { Epsilon = _accountant.Compose(whole, 1e-5).Epsilon }, whole));
        Assert.InRange(_accountant.RemainingEpsilon(cap, EventTotals.Empty.Add(new GaussianEvent { NoiseMultiplier = 1e9 })), 1.9999, 2);
    }

    [Fact]
    public void Cap_admits_its_epsilon_and_no_more_than_rounding_beyond_it()
    {
        var events = EventTotals.Empty.Add(new GaussianEvent { NoiseMultiplier = 3 });
        var epsilon = _accountant.Compose(events, 1e-5).Epsilon;

        Assert.Equal(PrivacyAccountant.Epsilon([new GaussianEvent { NoiseMultiplier = 3 }], 1e-5), _accountant.Compose(events, 1e-5));
        Assert.True(_accountant.Admits(new LedgerCap(epsilon, 1e-5), events));
        Assert.True(_accountant.Admits(new LedgerCap(epsilon * (1 - 1e-13), 1e-5), events));
        Assert.False(_accountant.Admits(new LedgerCap(epsilon * (1 - 1e-11), 1e-5), events));
        Assert.Equal(new EpsilonBound(0, 0, 0, AccountantKind.Gdp), _accountant.Compose(EventTotals.Empty, 1e-5));
    }

    [Fact]
    public void What_was_found_is_remembered_for_its_delta_and_its_cap_alone()
    {
        var events = EventTotals.Empty.Add(new GaussianEvent { NoiseMultiplier = 3 });

        Assert.Equal(_accountant.Compose(events, 1e-5), _accountant.Compose(events, 1e-5));
        Assert.NotEqual(_accountant.Compose(events, 1e-5).Epsilon, _accountant.Compose(events, 1e-6).Epsilon);
        Assert.NotEqual(
            _accountant.RemainingEpsilon(new LedgerCap(10, 1e-5), events), _accountant.RemainingEpsilon(new LedgerCap(9, 1e-5), events));
    }

    [Fact]
    public void Rest_of_a_budget_is_looked_for_once_and_only_when_it_is_asked_for()
    {
        var asked = 0;
        var budget = new PrivacyBudget
        {
            Dataset = "birds",
            Lineage = "birds",
            CapEpsilon = 1,
            CapDelta = 1e-5,
            FindRemaining = () => ++asked,
        };

        Assert.Equal(0, asked);
        Assert.Equal((1, 1, 1), (budget.RemainingEpsilon, budget.RemainingEpsilon, asked));
        Assert.Equal(7, (budget with { RemainingEpsilon = 7 }).RemainingEpsilon);
        Assert.Equal(0, new PrivacyBudget { Dataset = "birds", Lineage = "birds", CapEpsilon = 1, CapDelta = 1e-5 }.RemainingEpsilon);
    }

    [Theory]
    [InlineData(1, 0.5, true)]
    [InlineData(double.PositiveInfinity, 0.5, false)]
    [InlineData(0, 0.5, false)]
    [InlineData(-1, 0.5, false)]
    [InlineData(double.NaN, 0.5, false)]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(1, double.NaN, false)]
    public void Cap_is_a_number_above_nothing_at_a_probability(double epsilon, double delta, bool expected) =>
        Assert.Equal(expected, new LedgerCap(epsilon, delta).IsValid);

    private static GaussianEvent Costing(double epsilon) => new() { NoiseMultiplier = 1 / GaussianAccountant.Mu(epsilon, 1e-5) };
}
