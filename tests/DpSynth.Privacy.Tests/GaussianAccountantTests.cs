using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests;

public sealed class GaussianAccountantTests
{
    private static readonly Gen<double> Epsilons = LogUniform(-4, 3);
    private static readonly Gen<double> Deltas = LogUniform(-15, -0.05);
    private static readonly Gen<double> Mus = LogUniform(-4, 2);

    [Fact]
    public void Mu_spends_the_budget_and_no_more() => Prop.ForAll(
        Arb.From(Epsilons.Zip(Deltas)),
        pair =>
        {
            (var epsilon, var delta) = pair;
            var mu = GaussianAccountant.Mu(epsilon, delta);
            var back = GaussianAccountant.Epsilon(mu, delta);
            Assert.True(back <= epsilon, $"epsilon {epsilon:R} came back as {back:R}");
            Assert.True(back >= epsilon * (1 - 1e-6), $"epsilon {epsilon:R} came back as {back:R}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Epsilon_is_the_smallest_that_keeps_delta() => Prop.ForAll(
        Arb.From(Mus.Zip(Deltas)),
        pair =>
        {
            (var mu, var delta) = pair;
            var epsilon = GaussianAccountant.Epsilon(mu, delta);
            Assert.True(GaussianAccountant.LogDelta(epsilon, mu) <= Math.Log(delta));
            Assert.True(epsilon == 0 || GaussianAccountant.LogDelta(epsilon * (1 - 1e-6), mu) > Math.Log(delta));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Delta_falls_with_epsilon_and_rises_with_mu() => Prop.ForAll(
        Arb.From(Epsilons.Zip(Mus)),
        pair =>
        {
            (var epsilon, var mu) = pair;
            var logDelta = GaussianAccountant.LogDelta(epsilon, mu);
            var further = GaussianAccountant.LogDelta(epsilon * 1.01, mu);
            var louder = GaussianAccountant.LogDelta(epsilon, mu * 1.01);
            var saturated = logDelta > -1e-9;
            Assert.True(saturated ? further <= logDelta && louder >= logDelta : further < logDelta && louder > logDelta);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Epsilon_lies_between_a_lower_and_the_textbook_bound() => Prop.ForAll(
        Arb.From(Mus.Zip(Deltas)),
        pair =>
        {
            (var mu, var delta) = pair;
            var epsilon = GaussianAccountant.Epsilon(mu, delta);

            // zCDP (arXiv 1605.02065, proposition 1.3) from above; from below the privacy loss N(μ²/2, μ²): δ(ε) ≤ P[loss > ε].
            var zeroConcentrated = (mu * mu / 2) + (mu * Math.Sqrt(-2 * Math.Log(delta)));
            Assert.True(epsilon <= zeroConcentrated * (1 + 1e-9));
            var z = (epsilon / mu) - (mu / 2);
            Assert.True(epsilon == 0 || Math.Log(delta) <= NormalDistribution.LogCdf(-z) + 1e-9);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Log_delta_does_not_jump_where_the_method_of_evaluation_changes()
    {
        foreach (var epsilon in (double[])[0, 1e-3, 0.005, 0.1, 1, 30])
        {
            var below = GaussianAccountant.LogDelta(epsilon, 0.2);
            var above = GaussianAccountant.LogDelta(epsilon, Math.BitIncrement(0.2));
            Assert.True(Math.Abs(below - above) <= 1e-12 * (1 + Math.Abs(below)), $"epsilon {epsilon}: {below:R}, {above:R}");
        }
    }

    [Fact]
    public void Schedule_splits_mu_squared_in_proportion_to_its_weights_and_stays_within_it() => Prop.ForAll(
        Arb.From(Gen.NonEmptyListOf(LogUniform(-3, 3)).Zip(Epsilons)),
        pair =>
        {
            (var weights, var epsilon) = (pair.Item1.ToList(), pair.Item2);
            var mu = GaussianAccountant.Mu(epsilon, 1e-6);

            var sigmas = GaussianAccountant.NoiseMultipliers(epsilon, 1e-6, weights.ToArray());

            var composed = GaussianAccountant.Compose(sigmas);
            Assert.True(composed <= mu);
            Assert.Equal(1, composed / mu, 1e-12);
            Assert.True(GaussianAccountant.Epsilon(composed, 1e-6) <= epsilon);
            for (var t = 1; t < weights.Count; t++)
            {
                var shares = sigmas[0] * sigmas[0] / (sigmas[t] * sigmas[t]);
                Assert.Equal(1, shares / (weights[t] / weights[0]), 1e-9);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Even_schedule_is_the_noise_multiplier_of_so_many_steps()
    {
        var sigmas = GaussianAccountant.NoiseMultipliers(1, 1e-5, [7, 7, 7, 7]);

        Assert.All(sigmas, sigma => Assert.Equal(GaussianAccountant.NoiseMultiplier(1, 1e-5, 4), sigma, 1e-12));
    }

    [Fact]
    public void Nothing_released_costs_nothing()
    {
        Assert.Equal(0, GaussianAccountant.Compose([]));
        Assert.Equal(0, GaussianAccountant.Epsilon(0, 1e-6));
        Assert.Equal(double.NegativeInfinity, GaussianAccountant.LogDelta(0, 0));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-1)]
    public void Bad_number_is_refused_everywhere(double bad)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.LogDelta(bad, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.LogDelta(1, bad));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Epsilon(bad, 1e-5));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Epsilon(1, bad));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Mu(bad, 1e-5));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Mu(1, bad));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.NoiseMultiplier(bad, 1e-5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.NoiseMultipliers(1, 1e-5, [1, bad]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Compose([bad]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Delta_outside_the_open_interval_is_refused(double delta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.NoiseMultiplier(1, delta, 1));

    [Fact]
    public void Schedule_without_weights_or_steps_is_refused()
    {
        Assert.Throws<ArgumentException>(() => GaussianAccountant.NoiseMultipliers(1, 1e-5, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.NoiseMultiplier(1, 1e-5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Compose([0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianAccountant.Compose([1e-200]));
    }

    /// <summary>10^x with x uniform between the two exponents.</summary>
    private static Gen<double> LogUniform(double low, double high) =>
        Gen.Choose(0, 1_000_000).Select(i => Math.Pow(10, low + ((high - low) * i / 1_000_000)));
}
