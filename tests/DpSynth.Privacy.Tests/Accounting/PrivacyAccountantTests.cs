using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>The door to the accountants: which one adds up, and what it adds up.</summary>
public sealed class PrivacyAccountantTests
{
    private static readonly GaussianEvent _gaussian = new() { NoiseMultiplier = 3, Count = 4 };
    private static readonly LaplaceEvent _laplace = new() { NoiseMultiplier = 5 };

    private static readonly DiscreteGaussianEvent _vector =
        new() { SigmaSquared = Rational.Parse("104"), Sensitivity = 10, Contribution = ContributionShape.Vector, Count = 2 };

    [Fact]
    public void Gaussian_releases_add_up_in_the_square_of_mu_whatever_they_are_made_of()
    {
        // μ² of four measurements of σ = 3, and of one with all units sampled at σ = 2, and none of one with no unit sampled.
        PrivacyEvent[] events =
        [
            _gaussian,
            new SubsampledGaussianEvent { NoiseMultiplier = 2, SamplingRate = 1 },
            new SubsampledGaussianEvent { NoiseMultiplier = 1, SamplingRate = 0, Count = 100 },
        ];
        var mu = Math.Sqrt((4 / 9.0) + (1 / 4.0));
        var bound = PrivacyAccountant.Epsilon(events, 1e-6);
        Assert.Equal(AccountantKind.Gdp, bound.Accountant);
        Assert.Equal(GaussianAccountant.Epsilon(mu, 1e-6), bound.Epsilon, 1e-9);
        Assert.InRange(bound.Lower, bound.Epsilon * (1 - 1e-6), bound.Epsilon);
        Assert.Equal(bound.Epsilon, bound.Upper);

        // Exchanging a unit moves votes by √2, and a sum of either sign by 2.
        var exchanged = PrivacyAccountant.Epsilon(events, 1e-6, Adjacency.ReplaceOne);
        Assert.Equal(GaussianAccountant.Epsilon(Math.Sqrt((8 / 9.0) + 1), 1e-6), exchanged.Epsilon, 1e-9);

        var delta = PrivacyAccountant.Delta(events, 1);
        Assert.Equal(AccountantKind.Gdp, delta.Accountant);
        Assert.Equal(Math.Exp(GaussianAccountant.LogDelta(1, mu)), delta.Delta, 1e-12);
        Assert.InRange(delta.Lower, delta.Upper * (1 - 1e-6), delta.Upper);
        Assert.Equal(delta.Delta, delta.Upper);
    }

    [Theory]
    [InlineData(Adjacency.AddRemove, 1)]
    [InlineData(Adjacency.ReplaceOne, 2)]
    public void Vectors_on_a_grid_lie_between_two_Gaussian_releases(Adjacency adjacency, double factor)
    {
        var bound = PrivacyAccountant.Epsilon([_vector], 1e-6, adjacency);

        // μ² = 2·10²/(104 ∓ 4), times two for an exchange.
        Assert.Equal(GaussianAccountant.Epsilon(Math.Sqrt(factor * 2), 1e-6), bound.Upper, 1e-9);
        Assert.Equal(GaussianAccountant.Epsilon(Math.Sqrt(factor * 200 / 108), 1e-6), bound.Lower, 1e-5);
        Assert.True(bound.Lower <= GaussianAccountant.Epsilon(Math.Sqrt(factor * 200 / 108), 1e-6));
    }

    [Fact]
    public void Nothing_costs_nothing_by_every_accountant()
    {
        foreach (var accountant in Enum.GetValues<AccountantKind>())
        {
            Assert.Equal((0, 0), (Cost([], accountant).Epsilon, Cost([], accountant).Lower));
            Assert.Equal(0, PrivacyAccountant.Delta([], 1, accountant: accountant).Delta);
        }

        Assert.Equal(AccountantKind.Gdp, Cost([], AccountantKind.Auto).Accountant);
        Assert.Empty(PrivacyAccountant.Curve([_laplace], []));
    }

    [Fact]
    public void Accountant_that_was_asked_for_adds_up()
    {
        Assert.Equal(AccountantKind.Pld, Cost([_laplace], AccountantKind.Auto).Accountant);
        Assert.Equal(AccountantKind.Pld, Cost([_gaussian], AccountantKind.Pld).Accountant);
        var tight = Cost([_gaussian], AccountantKind.Gdp);
        var renyi = Cost([_gaussian], AccountantKind.Rdp);
        Assert.Equal((AccountantKind.Rdp, 0), (renyi.Accountant, renyi.Lower));
        Assert.InRange(renyi.Epsilon, tight.Epsilon, tight.Epsilon * 1.2);
        Assert.Equal(renyi.Epsilon, renyi.Upper);
        var delta = PrivacyAccountant.Delta([_gaussian], 2, accountant: AccountantKind.Rdp);
        Assert.Equal((AccountantKind.Rdp, 0), (delta.Accountant, delta.Lower));
        Assert.InRange(delta.Delta, PrivacyAccountant.Delta([_gaussian], 2).Delta, 1);
        Assert.Equal(delta.Delta, delta.Upper);
    }

    [Fact]
    public void Accountant_that_does_not_cover_an_event_says_so()
    {
        var fault = Assert.Throws<NotSupportedException>(() => Cost([_gaussian, _laplace], AccountantKind.Gdp));
        Assert.Equal(
            "Gaussian differential privacy does not cover a LaplaceEvent: it is exact for Gaussian noise, and for discrete Gaussian noise on vectors; use the "
                + "accountant pld or auto.",
            fault.Message);
        var coarse = Assert.Throws<NotSupportedException>(() => Cost([_vector with { SigmaSquared = Rational.Parse("63") }], AccountantKind.Gdp));
        Assert.Equal(
            "Discrete Gaussian noise on vectors is covered from a variance of 64 squared grid units on, and this has 63: count on a finer grid.",
            coarse.Message);
        Assert.True(Cost([_vector with { SigmaSquared = Rational.Parse("64") }], AccountantKind.Gdp).Epsilon > 0);
        Assert.StartsWith(
            "An event is missing.", Assert.Throws<ArgumentException>(() => Cost([_gaussian, null!], AccountantKind.Pld)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Curve_is_what_each_of_its_points_is()
    {
        double[] deltas = [1e-5, 1e-9, 1e-2];

        Assert.Equal(deltas.Select(delta => PrivacyAccountant.Epsilon([_gaussian], delta)), PrivacyAccountant.Curve([_gaussian], deltas));
        var curve = PrivacyAccountant.Curve([_laplace, _gaussian], deltas);
        foreach (var (bound, delta) in curve.Zip(deltas))
        {
            var alone = PrivacyAccountant.Epsilon([_laplace, _gaussian], delta);
            Assert.Equal(AccountantKind.Pld, bound.Accountant);
            Assert.Equal(alone.Epsilon, bound.Epsilon, 2e-3 * alone.Epsilon);
            Assert.InRange(bound.Upper - bound.Lower, 0, 1e-3 * bound.Upper);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Curve([_laplace], [1e-5, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Epsilon([_laplace], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Delta([_laplace], -1));
    }

    [Theory]
    [InlineData(0, 3, 0, 3e-6)]
    [InlineData(1, 1, 1, 1e-6)]
    [InlineData(1, 2, 2, 3.7182818284590451e-6)] // (e² − 1)/(e − 1) = e + 1.
    public void Guarantee_for_a_group_follows_from_that_of_one(double epsilon, int units, double expectedEpsilon, double expectedDelta)
    {
        var (group, logDelta) = GroupPrivacy.Of(epsilon, 1e-6, units);

        Assert.Equal(expectedEpsilon, group);
        Assert.Equal(Math.Log(expectedDelta), logDelta, 1e-13);
        Assert.Equal(1.5 * units, GroupPrivacy.Mu(1.5, units));
    }

    [Fact]
    public void Group_of_nobody_and_numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupPrivacy.Of(1, 1e-6, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupPrivacy.Of(-1, 1e-6, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupPrivacy.Of(1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupPrivacy.Mu(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupPrivacy.Mu(double.PositiveInfinity, 1));
    }

    private static EpsilonBound Cost(PrivacyEvent[] events, AccountantKind accountant) => PrivacyAccountant.Epsilon(events, 1e-6, accountant: accountant);
}
