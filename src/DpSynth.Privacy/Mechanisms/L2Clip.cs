namespace DpSynth.Privacy.Mechanisms;

/// <summary>Clipping of vectors to an L2 norm.</summary>
public static class L2Clip
{
    /// <summary>The factor min(1, norm ÷ ‖x‖₂) that brings a vector to at most a norm, up to the rounding of doubles; 1 for zeros.</summary>
    /// <param name="vector">x.</param>
    /// <param name="norm">The largest L2 norm allowed, above 0 and finite.</param>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="norm"/> is out of range.</exception>
    public static double Factor(ReadOnlySpan<double> vector, double norm)
    {
        Require.Positive(norm);
        double largest = 0;
        foreach (var value in vector)
        {
            if (!double.IsFinite(value))
            {
                throw new ArgumentException("A vector to clip holds a value that is not finite.", nameof(vector));
            }

            largest = Math.Max(largest, Math.Abs(value));
        }

        // Relative to the largest entry, so that no square overflows or vanishes.
        double squares = 0;
        foreach (var value in vector)
        {
            var relative = largest == 0 ? 0 : value / largest;
            squares += relative * relative;
        }

        var relativeNorm = Math.Sqrt(squares);
        return largest == 0 || relativeNorm <= norm / largest ? 1 : norm / largest / relativeNorm;
    }

    /// <summary>Multiplies a vector by its <see cref="Factor"/>, in place.</summary>
    /// <inheritdoc cref="Factor"/>
    public static void Apply(Span<double> vector, double norm)
    {
        var factor = Factor(vector, norm);
        foreach (ref var value in vector)
        {
            value *= factor;
        }
    }
}
