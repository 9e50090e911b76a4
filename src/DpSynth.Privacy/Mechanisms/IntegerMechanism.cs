using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Makes an integer query of any number of coordinates differentially private by the mechanism that a privacy event names.</summary>
public static class IntegerMechanism
{
    /// <summary>Adds the noise of one release to every coordinate.</summary>
    /// <param name="values">Exact values on a grid, of any sign; private. They keep the release's sensitivity.</param>
    /// <param name="release">The mechanism and its parameters, in the values' units.</param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="purpose">What the noise is for; see <see cref="IDiscreteGaussianNoise.Fill"/>.</param>
    /// <returns>The noisy values. To be persisted before they are used: drawing again is another release.</returns>
    /// <exception cref="ArgumentException">The event stands for more than one release, or a value with its noise does not fit 64 bits.</exception>
    /// <exception cref="NotSupportedException">No noise is drawn for events of this kind.</exception>
    public static long[] Release(ReadOnlySpan<long> values, PrivacyEvent release, IDiscreteGaussianNoise noise, string purpose)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(noise);
        if (release.Count != 1)
        {
            throw new ArgumentException($"One release draws noise once; this event stands for {release.Count} releases.", nameof(release));
        }

        // Noise first, so that its duration cannot depend on the values.
        var noisy = new long[values.Length];
        switch (release)
        {
            case DiscreteGaussianEvent discrete:
                noise.Fill(noisy, discrete.SigmaSquared, purpose);
                break;
            default:
                throw new NotSupportedException($"No noise is drawn for a {release.GetType().Name}: it is accounted for, but no mechanism here makes it.");
        }

        try
        {
            for (var j = 0; j < noisy.Length; j++)
            {
                noisy[j] += values[j];
            }
        }
        catch (OverflowException overflow)
        {
            throw new ArgumentException(
                "A value with its noise does not fit 64 bits: count on a grid of fewer bits. Nothing was released.", nameof(values), overflow);
        }

        return noisy;
    }
}
