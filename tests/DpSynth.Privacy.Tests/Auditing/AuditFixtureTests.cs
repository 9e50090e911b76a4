using System.Text.Json;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Auditing;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Tests.Mechanisms;

namespace DpSynth.Privacy.Tests.Auditing;

/// <summary>
/// Audits as the fixture describes them, with fixed seeds. With fresh randomness a quantile test would fail by chance in 0.2% of the
/// cases, and "audited at most theory" in the share that the fixture states, at most α.
/// </summary>
public sealed class AuditFixtureTests
{
    private static readonly AuditFixture Fixture = AuditFixture.Load();

    public static TheoryData<string> AuditIds => [.. Fixture.AuditCases.Select(c => c.Id)];

    public static TheoryData<string> GaussianIds => [.. Fixture.GdpAuditCases.Select(c => c.Id)];

    public static TheoryData<string> DiscreteIds => [.. Fixture.DiscreteAuditCases.Select(c => c.Id)];

    public static TheoryData<string> FaultIds => [.. Fixture.FaultyMechanismCases.Select(c => c.Id)];

    public static TheoryData<string> BoundIds => [.. Fixture.ClopperPearsonCases.Select(c => c.Id)];

    [Fact]
    public void Fixture_holds_every_case_it_was_published_with() => Assert.Equal(
        (20, 6, 6, 6, 14),
        (
            Fixture.AuditCases.Count,
            Fixture.FaultyMechanismCases.Count,
            Fixture.GdpAuditCases.Count,
            Fixture.DiscreteAuditCases.Count,
            Fixture.ClopperPearsonCases.Count));

    [Theory]
    [MemberData(nameof(BoundIds))]
    public void Clopper_pearson_bounds_meet_the_reference(string id)
    {
        var reference = Fixture.ClopperPearsonCases.Single(c => c.Id == id);

        AssertClose(reference.Upper, ClopperPearson.Upper(reference.Successes, reference.Trials, reference.OneSidedConfidence));
        AssertClose(reference.Lower, ClopperPearson.Lower(reference.Successes, reference.Trials, reference.OneSidedConfidence));
        static void AssertClose(double expected, double actual) => Assert.Equal(expected, actual, 1e-10 + (1e-9 * expected));
    }

    [Theory]
    [MemberData(nameof(AuditIds))]
    public void Audit_of_a_correct_mechanism_stays_below_its_epsilon_and_within_its_law(string id)
    {
        var reference = Fixture.AuditCases.Single(c => c.Id == id);
        var deviation = reference.Sigma * Math.Sqrt(reference.Steps);
        AssertRate(reference.FalsePositiveRate, NormalDistribution.Cdf(-reference.Threshold / deviation));
        AssertRate(reference.FalseNegativeRate, NormalDistribution.Cdf((reference.Threshold - reference.Steps) / deviation));

        var audit = Simulate(reference.TrialsPerWorld, deviation, reference.Steps, reference.Threshold);
        var audited = audit.EpsilonLowerBound(reference.Delta, reference.Alpha);

        Assert.InRange(audited, reference.AuditedQuantiles["0.001"], reference.AuditedQuantiles["0.999"]);
        Assert.Equal(
            reference.LargestPossible,
            new TwoWorldAudit(0, 0, reference.TrialsPerWorld).EpsilonLowerBound(reference.Delta, reference.Alpha),
            1e-9 * reference.LargestPossible);
        if (reference.EpsilonTheory is { } theory)
        {
            Assert.Equal(theory, GaussianAccountant.Epsilon(reference.Steps / deviation, reference.Delta), (1e-9 * theory) + 1e-10);
            Assert.True(audited <= theory);
        }
    }

    [Theory]
    [MemberData(nameof(GaussianIds))]
    public void Gaussian_audit_of_a_correct_mechanism_stays_below_its_mu_and_within_its_law(string id)
    {
        var reference = Fixture.GdpAuditCases.Single(c => c.Id == id);

        var audit = Simulate(reference.TrialsPerWorld, reference.Sigma * Math.Sqrt(reference.Steps), reference.Steps, reference.Threshold);

        Assert.InRange(audit.MuLowerBound(reference.Alpha), reference.AuditedMuQuantiles["0.001"], reference.AuditedMuQuantiles["0.999"]);
        var epsilon = audit.GaussianEpsilonLowerBound(reference.Delta, reference.Alpha);
        Assert.InRange(epsilon, reference.AuditedEpsilonQuantiles["0.001"], reference.AuditedEpsilonQuantiles["0.999"]);
        Assert.True(epsilon <= reference.EpsilonTheory);
    }

    [Theory]
    [MemberData(nameof(DiscreteIds))]
    public void Audit_of_the_products_noise_stays_below_its_epsilon_and_within_its_law(string id)
    {
        var reference = Fixture.DiscreteAuditCases.Single(c => c.Id == id);
        DiscreteGaussianEvent measurement = new() { SigmaSquared = Rational.Parse(reference.Sigma2) };
        SecureDiscreteGaussianNoise noise = new(new SeededRandomBytes(31));
        long Statistic(long vote)
        {
            // All steps are measurements of the same histogram with fresh noise each.
            var counts = new long[reference.Steps];
            Array.Fill(counts, vote);
            return HistogramMechanism.Measure(counts, measurement, noise, "audit").Sum();
        }

        var falsePositives = Enumerable.Range(0, reference.TrialsPerWorld).Count(_ => Statistic(0) >= reference.ThresholdAtLeast);
        var falseNegatives = Enumerable.Range(0, reference.TrialsPerWorld).Count(_ => Statistic(1) < reference.ThresholdAtLeast);
        var audited = new TwoWorldAudit(falsePositives, falseNegatives, reference.TrialsPerWorld)
            .EpsilonLowerBound(reference.Delta, reference.Alpha);

        Assert.InRange(audited, reference.AuditedQuantiles["0.001"], reference.AuditedQuantiles["0.999"]);
        Assert.True(audited <= reference.EpsilonTheory);
    }

    [Theory]
    [MemberData(nameof(FaultIds))]
    public void Audit_of_a_faulty_mechanism_finds_what_can_be_found(string id)
    {
        var reference = Fixture.FaultyMechanismCases.Single(c => c.Id == id);

        // The case with one noiseless step looks at that step alone.
        var oneStep = reference.ActualSigma.ValueKind == JsonValueKind.Array;
        var steps = oneStep ? 1 : reference.ActualSteps;
        var deviation = oneStep ? 0 : reference.ActualSigma.GetDouble() * Math.Sqrt(steps);
        var shift = steps * reference.VotesOfCanary;

        var audited = Simulate(reference.TrialsPerWorld, deviation, shift, reference.Threshold)
            .EpsilonLowerBound(reference.Delta, reference.Alpha);
        var auditedMu = Simulate(reference.TrialsPerWorld, deviation, shift, reference.GdpThreshold).MuLowerBound(reference.Alpha);

        Assert.InRange(audited, reference.AuditedQuantiles["0.001"] - 1e-9, reference.AuditedQuantiles["0.999"] + 1e-9);
        Assert.Equal(reference.ProbabilityDetected > 0.5, audited > reference.ClaimedEpsilon);
        Assert.True(reference.ClaimedMu is null || auditedMu > reference.ClaimedMu);
    }

    private static void AssertRate(double expected, double actual) => Assert.Equal(expected, actual, 1e-10 * expected);

    /// <summary>Gaussian statistics of both worlds, guessed "in" above the threshold.</summary>
    private static TwoWorldAudit Simulate(int trials, double deviation, double shift, double threshold)
    {
        Random random = new(30);
        double Noise() => deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var falsePositives = 0;
        var falseNegatives = 0;
        for (var i = 0; i < trials; i++)
        {
            falsePositives += Noise() > threshold ? 1 : 0;
            falseNegatives += shift + Noise() > threshold ? 0 : 1;
        }

        return new TwoWorldAudit(falsePositives, falseNegatives, trials);
    }
}
