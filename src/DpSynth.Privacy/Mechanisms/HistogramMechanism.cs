using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Makes a vote histogram differentially private: noise on every count, also on those without votes.</summary>
public static class HistogramMechanism
{
    /// <summary>Adds the noise of one measurement.</summary>
    /// <param name="counts">Exact counts on a grid, none negative; private.</param>
    /// <param name="measurement">The measurement: its mechanism, and the sensitivity that the counts were made to keep, in the counts' units.</param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="purpose">What the noise is for; see <see cref="IDiscreteGaussianNoise.Fill"/>.</param>
    /// <returns>The noisy counts, which may be negative. To be persisted before they are used: drawing again is another measurement.</returns>
    /// <exception cref="ArgumentException">
    /// A count is negative, a count with its noise does not fit 64 bits, or the event stands for more than one measurement.
    /// </exception>
    /// <exception cref="NotSupportedException">No noise is drawn for events of this kind.</exception>
    public static long[] Measure(ReadOnlySpan<long> counts, PrivacyEvent measurement, IDiscreteGaussianNoise noise, string purpose)
    {
        Check(counts);
        return IntegerMechanism.Measure(counts, measurement, noise, purpose);
    }

    /// <summary>Makes sure that values are counts.</summary>
    /// <exception cref="ArgumentException">One is negative.</exception>
    public static void Check(ReadOnlySpan<long> counts)
    {
        foreach (var count in counts)
        {
            if (count < 0)
            {
                throw new ArgumentException("A count of votes is negative.", nameof(counts));
            }
        }
    }
}
