using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Makes an integer query of any number of coordinates differentially private by the mechanism that a privacy event names.</summary>
public static class IntegerMechanism
{
    /// <summary>Adds the noise of one measurement to every coordinate.</summary>
    /// <param name="values">Exact values on a grid, of any sign; private. They keep the measurement's sensitivity.</param>
    /// <param name="measurement">The mechanism and its parameters, in the values' units.</param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="purpose">What the noise is for; see <see cref="IDiscreteGaussianNoise.Fill"/>.</param>
    /// <returns>The noisy values. To be persisted before they are used: drawing again is another measurement.</returns>
    /// <exception cref="ArgumentException">The event stands for more than one measurement, or a value with its noise does not fit 64 bits.</exception>
    /// <exception cref="NotSupportedException">No noise is drawn for events of this kind.</exception>
    public static long[] Measure(ReadOnlySpan<long> values, PrivacyEvent measurement, IDiscreteGaussianNoise noise, string purpose)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        ArgumentNullException.ThrowIfNull(noise);
        if (measurement.Count != 1)
        {
            throw new ArgumentException($"One measurement draws noise once; this event stands for {measurement.Count} measurements.", nameof(measurement));
        }

        // Noise first, so that its duration cannot depend on the values.
        var noisy = new long[values.Length];
        switch (measurement)
        {
            case DiscreteGaussianEvent discrete:
                noise.Fill(noisy, discrete.SigmaSquared, purpose);
                break;
            default:
                throw new NotSupportedException($"No noise is drawn for a {measurement.GetType().Name}: it is accounted for, but no mechanism here makes it.");
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
                "A value with its noise does not fit 64 bits: count on a grid of fewer bits. Nothing was measured.", nameof(values), overflow);
        }

        return noisy;
    }
}
