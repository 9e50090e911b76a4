using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Privacy.Tests.Mechanisms;

public sealed class OverflowTests
{
    private static readonly DiscreteGaussianEvent Measurement = new() { SigmaSquared = Rational.Parse("100") };

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue - 4, 5)]
    [InlineData(1, long.MaxValue)]
    public void Count_that_leaves_64_bits_with_its_noise_is_refused_in_a_sentence(long count, long noise)
    {
        var fault = Assert.Throws<ArgumentException>(() => HistogramMechanism.Measure([0, count], Measurement, new FixedNoise(noise), ""));

        Assert.StartsWith("A value with its noise does not fit 64 bits", fault.Message, StringComparison.Ordinal);
        Assert.IsType<OverflowException>(fault.InnerException);
    }

    [Theory]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MaxValue - 5, 5)]
    [InlineData(long.MaxValue, long.MinValue)]
    public void Count_that_just_fits_is_released(long count, long noise) =>
        Assert.Equal([count + noise], HistogramMechanism.Measure([count], Measurement, new FixedNoise(noise), ""));

    [Fact]
    public void Negative_value_that_leaves_64_bits_with_its_noise_is_refused() =>
        Assert.Throws<ArgumentException>(() => IntegerMechanism.Measure([long.MinValue], Measurement, new FixedNoise(-1), ""));

    [Fact]
    public void Votes_that_overflow_one_count_are_added_to_none()
    {
        long[] histogram = [0, long.MaxValue - 2, 0];

        var fault = Assert.Throws<ArgumentException>(() => new VoteGrid(10).AddVotes([0, 1, 2], histogram));

        Assert.StartsWith("A count of votes does not fit 64 bits", fault.Message, StringComparison.Ordinal);
        Assert.Equal([0, long.MaxValue - 2, 0], histogram);
    }

    [Fact]
    public void Votes_that_fill_a_count_to_its_end_are_added()
    {
        long[] histogram = [long.MaxValue - 1024];
        new VoteGrid(10).AddVotes([0], histogram);

        Assert.Equal([long.MaxValue], histogram);
    }

    [Theory]
    [InlineData(1f, long.MaxValue)]
    [InlineData(-1f, long.MinValue)]
    public void Sum_of_vectors_that_leaves_64_bits_is_refused_in_a_sentence(float value, long noise)
    {
        VectorGrid grid = new(1, 1, 10);
        var measurement = Measurement with { Sensitivity = grid.Sensitivity, Contribution = ContributionShape.Vector };

        var fault = Assert.Throws<ArgumentException>(() => VectorMechanism.Measure([new[] { value }], grid, measurement, new FixedNoise(noise), ""));

        Assert.StartsWith("A noisy sum does not fit 64 bits", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>The same noise on every coordinate.</summary>
    private sealed class FixedNoise(long noise) : IDiscreteGaussianNoise
    {
        public void Fill(Span<long> destination, Rational sigmaSquared, string purpose) => destination.Fill(noise);
    }
}
