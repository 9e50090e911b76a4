using System.Text.Json.Serialization;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>How a vector gets onto a grid.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VectorRounding>))]
public enum VectorRounding
{
    /// <summary>Every coordinate towards zero: the norm cannot grow. Biased by half a grid unit towards zero.</summary>
    [JsonStringEnumMemberName("toward-zero")]
    TowardZero,

    /// <summary>
    /// Every coordinate up or down at random so that its mean is kept, again and again until the norm is within the sensitivity
    /// (arXiv 2102.06387, section 4.1). Unbiased up to the conditioning, whose chance is below 1e-6.
    /// </summary>
    [JsonStringEnumMemberName("stochastic")]
    Stochastic,
}

/// <summary>
/// The grid on which vectors are summed: the clipping norm is 2^<see cref="Bits"/> grid units. Each unit's vector is clipped and
/// rounded so that its L2 norm, computed in integers, is at most <see cref="Sensitivity"/>.
/// </summary>
/// <param name="Dimension">d, at least 1.</param>
/// <param name="Norm">C: the L2 norm that vectors are clipped to, above 0 and finite.</param>
/// <param name="Bits">b, 1 to 30.</param>
/// <param name="Rounding">How coordinates are rounded.</param>
public sealed record VectorGrid(int Dimension, double Norm, int Bits, VectorRounding Rounding = VectorRounding.TowardZero)
{
    /// <summary>Chance at most that a stochastic rounding has to be done again.</summary>
    private const double Beta = 1e-6;

    /// <summary>d, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Dimension { get; } = Dimension >= 1
        ? Dimension
        : throw new ArgumentOutOfRangeException(nameof(Dimension), Dimension, "A vector has at least one coordinate.");

    /// <summary>C, above 0 and finite, in the vectors' units.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Norm { get; } = Require.InRange(Norm, nameof(Norm));

    /// <summary>b, 1 to 30.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Bits { get; } = Bits is >= 1 and <= 30
        ? Bits
        : throw new ArgumentOutOfRangeException(nameof(Bits), Bits, "A vector grid has 1 to 30 bits.");

    /// <summary>Length of a grid unit in the vectors' units: C ÷ 2^b.</summary>
    public double Unit => Math.ScaleB(Norm, -Bits);

    /// <summary>
    /// D: L2 sensitivity of a sum in grid units under add/remove. 2^b for rounding towards zero; for stochastic rounding
    /// √(4^b + d/4 + √(2·ln(1/β))·(2^b + √d/2)) rounded up, β = 1e-6 (arXiv 2102.06387, proposition 22), or 2^b + √d if that is less.
    /// </summary>
    public long Sensitivity
    {
        get
        {
            var full = Math.ScaleB(1, Bits);
            if (Rounding == VectorRounding.TowardZero)
            {
                return (long)full;
            }

            var likely = (full * full) + (Dimension / 4.0) + (Math.Sqrt(-2 * Math.Log(Beta)) * (full + (Math.Sqrt(Dimension) / 2)));
            return (long)Math.Ceiling(Math.Min(full + Math.Sqrt(Dimension), Math.Sqrt(likely)));
        }
    }

    /// <summary>Clips one unit's vector and rounds it onto the grid.</summary>
    /// <param name="vector">d finite values.</param>
    /// <param name="gridded">Receives d integers of L2 norm at most <see cref="Sensitivity"/>.</param>
    /// <exception cref="ArgumentException">A value is not finite, or a length is not d.</exception>
    public void Quantize(ReadOnlySpan<float> vector, Span<long> gridded) => Quantize(vector, gridded, new SecureRandomBytes());

    internal void Quantize(ReadOnlySpan<float> vector, Span<long> gridded, IRandomBytes randomBytes)
    {
        if (vector.Length != Dimension || gridded.Length != Dimension)
        {
            throw new ArgumentException($"This grid is for vectors of {Dimension} coordinates.", nameof(vector));
        }

        var scaled = new double[Dimension];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = vector[i];
        }

        var factor = L2Clip.Factor(scaled, Norm) / Norm;
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = Math.ScaleB(scaled[i] * factor, Bits);
        }

        if (Rounding == VectorRounding.TowardZero)
        {
            RoundTowardZero(scaled, gridded);
        }
        else
        {
            RoundStochastically(scaled, gridded, randomBytes);
        }
    }

    private void RoundTowardZero(ReadOnlySpan<double> scaled, Span<long> gridded)
    {
        var largest = 0;
        for (var i = 0; i < scaled.Length; i++)
        {
            gridded[i] = (long)scaled[i];
            largest = Math.Abs(gridded[i]) > Math.Abs(gridded[largest]) ? i : largest;
        }

        // Doubles may leave the clipped vector a hair too long; the integers then give way.
        while (!IsWithinSensitivity(gridded))
        {
            gridded[largest] -= Math.Sign(gridded[largest]);
        }
    }

    private void RoundStochastically(ReadOnlySpan<double> scaled, Span<long> gridded, IRandomBytes randomBytes)
    {
        const int ProbabilityBits = 53;
        using RandomBits bits = new(randomBytes, Math.Min(Dimension, 512));
        do
        {
            for (var i = 0; i < scaled.Length; i++)
            {
                var floor = Math.Floor(scaled[i]);
                var up = Math.ScaleB(scaled[i] - floor, ProbabilityBits);
                gridded[i] = (long)floor + (bits.Next(ProbabilityBits) < up ? 1 : 0);
            }
        }
        while (!IsWithinSensitivity(gridded));
    }

    private bool IsWithinSensitivity(ReadOnlySpan<long> gridded)
    {
        UInt128 squares = 0;
        foreach (var value in gridded)
        {
            squares += (UInt128)((Int128)value * value);
        }

        return squares <= (UInt128)Sensitivity * (UInt128)Sensitivity;
    }
}
