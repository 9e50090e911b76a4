using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Accounting;

public sealed class LittleNoiseTests
{
    [Theory]
    [InlineData(0.1, 4)]
    [InlineData(0.06, 4)]
    [InlineData(0.03, 20)]
    [InlineData(0.02, 4)]
    [InlineData(1e-3, 20)]
    [InlineData(1e-9, 4)]
    public void Noise_that_is_nearly_always_zero_costs_its_loss_there(double sigma, int steps)
    {
        // The loss at x = 0 is 1/(2σ²) a measurement and its probability 1 − 2e^(−1/(2σ²)): δ(ε) = 1 − e^(ε − T/(2σ²)) to far below 1e-6.
        DiscreteGaussianEvent measurement = new() { SigmaSquared = Rational.FromDouble(sigma * sigma), Count = steps };

        var bound = PrivacyAccountant.Epsilon([measurement], 1e-6);

        var loss = steps / (2 * measurement.SigmaSquared.ToDouble());
        Assert.InRange(bound.Upper, (loss - 1.1e-6) * (1 - 1e-11), (loss + 1e-6) * (1 + 1e-11));
        Assert.InRange(bound.Lower, 0, bound.Upper);
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-8)]
    [InlineData(1e-5)]
    public void Noise_so_little_that_no_grid_holds_its_losses_is_refused_at_once(double sigma)
    {
        // The number of grid points left the range of an int, and a loop up to the largest int never ended.
        PrivacyEvent[] events = [new SubsampledGaussianEvent { NoiseMultiplier = sigma, SamplingRate = 0.5, Count = 2 }];

        var fault = Assert.Throws<NotSupportedException>(() => PrivacyAccountant.Epsilon(events, 1e-6));

        Assert.Contains("give it more noise", fault.Message, StringComparison.Ordinal);
        Assert.IsType<OverflowException>(fault.InnerException);
    }

    [Fact]
    public void Losses_so_large_that_their_grid_has_no_size_are_refused()
    {
        PrivacyEvent[] events = [new LaplaceEvent { NoiseMultiplier = 1e-300, Count = 2 }];

        Assert.Throws<NotSupportedException>(() => PrivacyAccountant.Epsilon(events, 1e-6));
    }

    [Theory]
    [InlineData(1e308, 1, 1)]
    [InlineData(1, 1e-300, 1L << 20)]
    [InlineData(1e-10, 1e-300, 1)]
    public void Calibration_beyond_the_doubles_is_refused_in_a_sentence(double epsilon, double weight, long sensitivity)
    {
        var fault = Assert.Throws<ArgumentException>(() => NoiseCalibration.Calibrate(epsilon, 1e-5, [1, weight], sensitivity));

        Assert.Contains("beyond the range of a double", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1000)]
    public void Calibration_finds_noise_for_the_largest_budgets(double epsilon)
    {
        var events = NoiseCalibration.Calibrate(epsilon, 1e-6, [0.05, 0.25, 0.3, 0.4]);

        Assert.InRange(PrivacyAccountant.Epsilon([.. events], 1e-6).Upper, 0.5 * epsilon, epsilon);
    }
}
