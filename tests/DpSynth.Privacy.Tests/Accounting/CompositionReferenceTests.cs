using System.Text.Json.Nodes;
using DpSynth.Privacy.Accounting;
using Xunit.Abstractions;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>Conformance to <c>composition.json</c>, in its own tolerances.</summary>
public sealed class CompositionReferenceTests(ITestOutputHelper output)
{
    private readonly ReferenceFile _file = new("composition", output);

    [Fact]
    public void Lists_of_Gaussians_meet_the_reference() => _file.Check("gaussian_list_cases", 16, node =>
    {
        PrivacyEvent[] events =
        [
            .. node["sigmas_and_counts"]!.AsArray().Select(pair =>
                new GaussianEvent { NoiseMultiplier = (double)pair![0]!, Count = (int)pair[1]! }),
        ];
        var expected = (double)node["epsilon"]!;
        var delta = (double)node["delta"]!;
        var exact = PrivacyAccountant.Epsilon(events, delta);
        var byLosses = PrivacyAccountant.Epsilon(events, delta, Adjacency.AddRemove, AccountantKind.Pld);
        Assert.Equal(AccountantKind.Gdp, exact.Accountant);
        var tolerance = (1e-9 * expected) + 1e-10;
        return
        [
            ReferenceFile.Within(exact.Upper, expected, tolerance),
            ReferenceFile.Within(exact.Lower, expected, tolerance),
            ReferenceFile.Within(byLosses.Upper, expected, tolerance),
        ];
    });

    [Fact]
    public void Mixed_lists_are_certified_from_both_sides() => _file.Check("mixed_cases", 15, node =>
    {
        var expected = (double)node["epsilon"]!;
        var bound = PrivacyAccountant.Epsilon(
            [.. node["components"]!.AsArray().Select(component => Event(component!))], (double)node["delta"]!);
        Assert.Equal(AccountantKind.Pld, bound.Accountant);
        return [ReferenceFile.UpperBound(bound.Upper, expected), ReferenceFile.LowerBound(bound.Lower, expected)];
    });

    [Fact]
    public void Gaussian_differential_privacy_meets_the_reference() => _file.Check("gdp_cases", 8, node =>
    {
        var mu = (double)node["mu"]!;
        var expected = (double)node["epsilon"]!;
        List<(double, double, double, double)> found =
            [ReferenceFile.Within(GaussianAccountant.Epsilon(mu, (double)node["delta"]!), expected, (1e-9 * expected) + 1e-10)];
        foreach (var point in node["trade_off_alpha_beta_logbeta"]!.AsArray())
        {
            var beta = (double)point![1]!;
            var logBeta = (double)point[2]!;
            var logFound = NormalDistribution.LogCdf(Quantile(1 - (double)point[0]!) - mu);
            found.Add(ReferenceFile.Within(Math.Exp(logFound), beta, 1e-10 * beta));
            found.Add(ReferenceFile.Within(logFound, logBeta, 1e-10 * Math.Max(1, Math.Abs(logBeta))));
        }

        foreach (var point in node["epsilon_logdelta"]!.AsArray())
        {
            var logDelta = (double)point![1]!;
            found.Add(ReferenceFile.Within(GaussianAccountant.LogDelta((double)point[0]!, mu), logDelta, (1e-9 * Math.Abs(logDelta)) + 1e-9));
        }

        return found;
    });

    private static PrivacyEvent Event(JsonNode node)
    {
        var steps = (int)node["steps"]!;
        return (string)node["kind"]! switch
        {
            "gaussian" => new GaussianEvent { NoiseMultiplier = (double)node["sigma"]!, Count = steps },
            "discrete_gaussian" => new DiscreteGaussianEvent { SigmaSquared = Rational.Parse(node["sigma2"]!.ToString()), Count = steps },
            _ => new SubsampledGaussianEvent { NoiseMultiplier = (double)node["sigma"]!, SamplingRate = (double)node["q"]!, Count = steps },
        };
    }

    private static double Quantile(double probability)
    {
        (double low, double high) = (-40, 40);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = NormalDistribution.LogCdf(middle) < Math.Log(probability) ? (middle, high) : (low, middle);
        }

        return high;
    }
}
