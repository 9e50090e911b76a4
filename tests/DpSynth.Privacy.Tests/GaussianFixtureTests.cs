namespace DpSynth.Privacy.Tests;

/// <summary>Conformance to the reference values, in the tolerances that the fixture states.</summary>
public sealed class GaussianFixtureTests
{
    private static readonly GaussianFixture Fixture = GaussianFixture.Load();

    public static TheoryData<string> EpsilonIds => [.. Fixture.EpsilonCases.Select(c => c.Id)];

    public static TheoryData<string> SigmaIds => [.. Fixture.SigmaCases.Select(c => c.Id)];

    public static TheoryData<string> DeltaIds => [.. Fixture.DeltaCases.Select(c => c.Id)];

    public static TheoryData<string> NormalIds => [.. Fixture.LogNormalCdfCases.Select(c => c.Id)];

    [Fact]
    public void Fixture_holds_every_case_it_was_published_with()
    {
        Assert.Equal(
            (39, 23, 18, 25),
            (Fixture.EpsilonCases.Count, Fixture.SigmaCases.Count, Fixture.DeltaCases.Count, Fixture.LogNormalCdfCases.Count));
    }

    [Theory]
    [MemberData(nameof(EpsilonIds))]
    public void Epsilon_meets_the_reference(string id)
    {
        var reference = Fixture.EpsilonCases.Single(c => c.Id == id);

        var epsilon = GaussianAccountant.Epsilon(Math.Sqrt(reference.Steps) / reference.Sigma, reference.Delta);

        AssertWithin(reference.Epsilon, epsilon, (1e-9 * reference.Epsilon) + 1e-10);
    }

    [Theory]
    [MemberData(nameof(SigmaIds))]
    public void Noise_multiplier_meets_the_reference_and_keeps_delta(string id)
    {
        var reference = Fixture.SigmaCases.Single(c => c.Id == id);

        var sigma = GaussianAccountant.NoiseMultiplier(reference.Epsilon, reference.Delta, reference.Steps);

        AssertWithin(reference.Sigma, sigma, 1e-9 * reference.Sigma);
        var mu = GaussianAccountant.Compose(Enumerable.Repeat(sigma, reference.Steps).ToArray());
        Assert.True(GaussianAccountant.LogDelta(reference.Epsilon, mu) <= Math.Log(reference.Delta));
    }

    [Theory]
    [MemberData(nameof(DeltaIds))]
    public void Delta_meets_the_reference(string id)
    {
        var reference = Fixture.DeltaCases.Single(c => c.Id == id);
        var mu = Math.Sqrt(reference.Steps) / reference.Sigma;

        AssertWithin(
            reference.LogDelta, GaussianAccountant.LogDelta(reference.Epsilon, mu), (1e-9 * Math.Abs(reference.LogDelta)) + 1e-9);
        var delta = GaussianAccountant.Delta(reference.Epsilon, mu);
        AssertWithin(reference.Delta, delta, reference.Delta > 1e-300 ? 1e-8 * reference.Delta : 1e-300);
    }

    [Theory]
    [MemberData(nameof(NormalIds))]
    public void Normal_distribution_meets_the_reference(string id)
    {
        var reference = Fixture.LogNormalCdfCases.Single(c => c.Id == id);

        var tiny = Math.Abs(reference.LogNormalCdf) < 1e-290 ? 1e-300 : 0;
        AssertWithin(reference.LogNormalCdf, NormalDistribution.LogCdf(reference.X), (1e-12 * Math.Abs(reference.LogNormalCdf)) + tiny);
        AssertWithin(reference.LogErfc, NormalDistribution.LogErfc(reference.X), 1e-12 * Math.Abs(reference.LogErfc));
    }

    private static void AssertWithin(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance, $"{actual:R} is not within {tolerance:R} of {expected:R}.");
}
