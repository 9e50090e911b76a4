namespace DpSynth.Privacy.Mechanisms;

/// <summary>
/// Exact discrete Gaussian noise (arXiv 2004.00010) from the operating system's secure generator. Thread-safe; holds no state between
/// calls.
/// </summary>
/// <remarks>
/// What is claimed: independent draws whose law is N_Z(0, σ²) exactly, as far as the generator's bits are uniform and independent;
/// integers throughout, so that no low-order bits tell of the data (Mironov, CCS 2012; arXiv 2107.10138). What is not: constant time.
/// The duration of a call varies with the draws, never with the data they are added to.
/// </remarks>
public sealed class SecureDiscreteGaussianNoise : IDiscreteGaussianNoise
{
    private const int LargestBuffer = 512;

    private readonly IRandomBytes _randomBytes;

    /// <summary>Draws from <see cref="System.Security.Cryptography.RandomNumberGenerator"/>.</summary>
    public SecureDiscreteGaussianNoise()
        : this(new SecureRandomBytes())
    {
    }

    /// <summary>For tests: draws from recorded or seeded bytes.</summary>
    internal SecureDiscreteGaussianNoise(IRandomBytes randomBytes) => _randomBytes = randomBytes;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">σ² is missing, or 2¹⁰⁰ or more.</exception>
    public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
    {
        using RandomBits bits = new(_randomBytes, Math.Min(LargestBuffer, 8 + (2 * Math.Min(destination.Length, LargestBuffer))));
        DiscreteGaussianSampler.Fill(destination, sigmaSquared, new UniformIntegers(bits));
    }
}
