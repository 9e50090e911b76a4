using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Makes a vote histogram differentially private: discrete Gaussian noise on every count, also on those without votes.</summary>
public static class HistogramMechanism
{
    /// <summary>Adds the noise of one release.</summary>
    /// <param name="counts">Exact counts on a grid, none negative; private.</param>
    /// <param name="release">The release: its σ² and the sensitivity that the counts were made to keep, in the counts' units.</param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="purpose">What the noise is for; see <see cref="IDiscreteGaussianNoise.Fill"/>.</param>
    /// <returns>The noisy counts, which may be negative. To be persisted before they are used: drawing again is another release.</returns>
    /// <exception cref="ArgumentException">A count is negative, or the event stands for more than one release.</exception>
    public static long[] Release(ReadOnlySpan<long> counts, DiscreteGaussianEvent release, IDiscreteGaussianNoise noise, string purpose)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(noise);
        if (release.Count != 1)
        {
            throw new ArgumentException($"One release draws noise once; this event stands for {release.Count} releases.", nameof(release));
        }

        foreach (long count in counts)
        {
            if (count < 0)
            {
                throw new ArgumentException("A count of votes is negative.", nameof(counts));
            }
        }

        // Noise first, so that its duration cannot depend on the counts.
        long[] noisy = new long[counts.Length];
        noise.Fill(noisy, release.SigmaSquared, purpose);
        for (int j = 0; j < noisy.Length; j++)
        {
            noisy[j] = checked(noisy[j] + counts[j]);
        }

        return noisy;
    }
}
