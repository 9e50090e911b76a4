using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Accounting;

public sealed class NoiseCalibrationTests
{
    private static readonly double[] Even = [1, 1, 1, 1, 1];
    private static readonly double[] Uneven = [1, 1.5, 2, 4];

    [Theory]
    [InlineData(0.1, ContributionShape.OneCoordinate, Adjacency.AddRemove, 1, true)]
    [InlineData(8, ContributionShape.OneCoordinate, Adjacency.AddRemove, 1, true)]
    [InlineData(1, ContributionShape.OneCoordinate, Adjacency.AddRemove, 1, false)]
    [InlineData(1, ContributionShape.OneCoordinate, Adjacency.ReplaceOne, 1, true)]
    [InlineData(1, ContributionShape.Vector, Adjacency.AddRemove, 1024, false)]
    [InlineData(10, ContributionShape.Vector, Adjacency.ReplaceOne, 1024, true)]
    public void Calibrated_noise_spends_the_budget_and_no_more(
        double epsilon, ContributionShape contribution, Adjacency adjacency, long sensitivity, bool even)
    {
        var weights = even ? Even : Uneven;

        var events =
            NoiseCalibration.Calibrate(epsilon, 1e-6, weights, sensitivity, contribution, adjacency);

        Assert.Equal(weights.Length, events.Count);
        Assert.InRange(PrivacyAccountant.Epsilon(events, 1e-6, adjacency).Epsilon, epsilon * (1 - 1e-6), epsilon);
        for (var t = 0; t < weights.Length; t++)
        {
            var sigmaSquared = events[t].SigmaSquared;
            Assert.Equal(events[0].SigmaSquared.ToDouble() * weights[0], sigmaSquared.ToDouble() * weights[t], 1e-8 * events[0].SigmaSquared.ToDouble());
            Assert.True(sigmaSquared.Numerator.GetBitLength() <= 40 && sigmaSquared.Denominator.GetBitLength() <= 40);
            Assert.Equal((sensitivity, contribution), (events[t].Sensitivity, events[t].Contribution));
        }
    }

    [Fact]
    public void What_is_spent_already_is_left_out_of_the_budget()
    {
        PrivacyEvent[] spent = [new DiscreteGaussianEvent { SigmaSquared = new Rational(400, 1) }];

        var events = NoiseCalibration.Calibrate(1, 1e-6, Even, alreadySpent: spent);

        Assert.InRange(PrivacyAccountant.Epsilon([.. events, .. spent], 1e-6).Epsilon, 1 - 1e-6, 1);
    }

    [Fact]
    public void Nothing_left_is_refused()
    {
        PrivacyEvent[] spent = [new GaussianEvent { NoiseMultiplier = 1 }];

        Assert.Throws<ArgumentException>(() => NoiseCalibration.Calibrate(1, 1e-6, Even, alreadySpent: spent));
        Assert.Throws<ArgumentException>(() => NoiseCalibration.NoiseMultiplier(
            sigma => new LaplaceEvent { NoiseMultiplier = sigma }, 1, 1e-6, alreadySpent: spent));
    }

    [Fact]
    public void Noise_multiplier_is_found_for_every_kind()
    {
        Func<double, PrivacyEvent>[] kinds =
        [
            sigma => new GaussianEvent { NoiseMultiplier = sigma, Count = 10 },
            sigma => new SubsampledGaussianEvent { NoiseMultiplier = sigma, SamplingRate = 0.1, Count = 10 },
            sigma => new LaplaceEvent { NoiseMultiplier = sigma, Count = 10 },
            sigma => new DiscreteGaussianEvent { SigmaSquared = Rational.FromDouble(sigma * sigma), Count = 10 },
        ];
        foreach (var kind in kinds)
        {
            var sigma = NoiseCalibration.NoiseMultiplier(kind, 1.5, 1e-6);
            Assert.InRange(PrivacyAccountant.Epsilon([kind(sigma)], 1e-6).Epsilon, 1.5 * (1 - 1e-6), 1.5);
        }
    }

    [Theory]
    [InlineData(0, 1e-5, 1)]
    [InlineData(double.NaN, 1e-5, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1e-5, 0)]
    [InlineData(1, 1e-5, double.NaN)]
    public void Bad_number_is_refused(double epsilon, double delta, double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseCalibration.Calibrate(epsilon, delta, [1, weight]));
}
