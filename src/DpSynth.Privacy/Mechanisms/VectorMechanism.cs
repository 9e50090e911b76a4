using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Makes a sum of vectors, one a unit, differentially private: clipped, gridded, discrete Gaussian noise on every coordinate.</summary>
public static class VectorMechanism
{
    /// <summary>Measures the noisy sum.</summary>
    /// <param name="vectors">One vector a unit; private. May be empty.</param>
    /// <param name="grid">How they are clipped and rounded.</param>
    /// <param name="measurement">
    /// The measurement, as from <see cref="NoiseCalibration"/> for <see cref="ContributionShape.Vector"/>: its sensitivity must cover
    /// <see cref="VectorGrid.Sensitivity"/>.
    /// </param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="purpose">What the noise is for; see <see cref="IDiscreteGaussianNoise.Fill"/>.</param>
    /// <exception cref="ArgumentException">
    /// A vector is not finite or of another length, the event does not cover the measurement, or a noisy sum does not fit 64 bits.
    /// </exception>
    public static NoisyVector Measure(
        IEnumerable<ReadOnlyMemory<float>> vectors,
        VectorGrid grid,
        DiscreteGaussianEvent measurement,
        IDiscreteGaussianNoise noise,
        string purpose)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(measurement);
        ArgumentNullException.ThrowIfNull(noise);
        if (measurement.Count != 1 || measurement.Contribution != ContributionShape.Vector || measurement.Sensitivity < grid.Sensitivity)
        {
            throw new ArgumentException(
                $"The event must stand for one measurement of vectors with a sensitivity of at least {grid.Sensitivity} grid units.", nameof(measurement));
        }

        var sum = new long[grid.Dimension];
        noise.Fill(sum, measurement.SigmaSquared, purpose);
        var gridded = new long[grid.Dimension];
        foreach (var vector in vectors)
        {
            grid.Quantize(vector.Span, gridded);
            try
            {
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += gridded[i];
                }
            }
            catch (OverflowException overflow)
            {
                throw new ArgumentException("A noisy sum does not fit 64 bits: sum on a grid of fewer bits. Nothing was measured.", nameof(grid), overflow);
            }
        }

        return new NoisyVector(Array.ConvertAll(sum, value => value * grid.Unit), measurement);
    }
}

/// <summary>A measured vector and what it cost.</summary>
/// <param name="Values">The noisy sum of the clipped vectors, in their units.</param>
/// <param name="Measurement">The event, for the ledger.</param>
public sealed record NoisyVector(IReadOnlyList<double> Values, DiscreteGaussianEvent Measurement);
