using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DpSynth.Privacy;

/// <summary>
/// Gaussian noise from the operating system's secure generator, in double precision. Thread-safe; holds no state between calls.
/// </summary>
/// <remarks>
/// <para>
/// A value is the sum of four independent polar-method draws divided by two, which has the law of one draw. Combining draws makes
/// the known reconstructions from low-order bits (Mironov, CCS 2012; Jin et al., arXiv 2112.05307) costly, as Holohan and Braghin
/// propose (arXiv 2107.10138, section 5).
/// </para>
/// <para>
/// What is claimed: unpredictable draws whose law is N(0, σ²) up to double-precision rounding. What is not: the (ε, δ) guarantee is
/// proved for real numbers, and this sampler is no proof that the rounding of doubles leaks nothing. A tail beyond about 12 σ, of
/// probability below 1e-32, is not produced faithfully. The duration of a call varies with the draws, not with the data.
/// </para>
/// </remarks>
public sealed class SecureGaussianNoise : INoiseSource
{
    private const int Combined = 4;

    private readonly RandomBytes _randomBytes;

    /// <summary>Draws from <see cref="RandomNumberGenerator"/>.</summary>
    public SecureGaussianNoise()
        : this(RandomNumberGenerator.Fill)
    {
    }

    /// <summary>For tests: draws from recorded or seeded bytes.</summary>
    internal SecureGaussianNoise(RandomBytes randomBytes) => _randomBytes = randomBytes;

    /// <summary>Fills a buffer with random bytes.</summary>
    internal delegate void RandomBytes(Span<byte> destination);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="standardDeviation"/> is not above 0 and finite.</exception>
    public void Fill(Span<double> destination, double standardDeviation, string purpose)
    {
        Require.Positive(standardDeviation);
        Span<byte> buffer = stackalloc byte[4096];
        UniformStream uniforms = new(buffer, _randomBytes);
        for (int i = 0; i < destination.Length; i++)
        {
            double sum = 0;
            for (int pair = 0; pair < Combined / 2; pair++)
            {
                sum += uniforms.NextPairSum();
            }

            destination[i] = sum / Math.Sqrt(Combined) * standardDeviation;
        }

        CryptographicOperations.ZeroMemory(buffer);
    }

    /// <summary>Uniform draws from buffered random bytes.</summary>
    private ref struct UniformStream
    {
        private readonly Span<byte> _buffer;
        private readonly RandomBytes _randomBytes;
        private int _position;

        public UniformStream(Span<byte> buffer, RandomBytes randomBytes)
        {
            _buffer = buffer;
            _randomBytes = randomBytes;
            _position = buffer.Length;
        }

        /// <summary>The sum of the two independent N(0, 1) draws of one round of Marsaglia's polar method.</summary>
        public double NextPairSum()
        {
            while (true)
            {
                double u = NextSigned();
                double v = NextSigned();
                double s = (u * u) + (v * v);
                if (s is > 0 and < 1)
                {
                    double scale = Math.Sqrt(-2 * Math.Log(s) / s);
                    return (u * scale) + (v * scale);
                }
            }
        }

        /// <summary>Uniform on the 2⁵³ odd multiples of 2⁻⁵³ inside (−1, 1): symmetric, and never 0.</summary>
        private double NextSigned()
        {
            if (_position == _buffer.Length)
            {
                _randomBytes(_buffer);
                _position = 0;
            }

            long odd = (BinaryPrimitives.ReadInt64LittleEndian(_buffer[_position..]) >> 10) | 1;
            _position += sizeof(long);
            return odd * Math.ScaleB(1, -53);
        }
    }
}
