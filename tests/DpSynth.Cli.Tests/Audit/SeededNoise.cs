using DpSynth.Privacy;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Cli.Tests.Audit;

/// <summary>The product's sampler on reproducible bytes, in tests only.</summary>
internal sealed class SeededNoise(int seed) : IDiscreteGaussianNoise, IRandomBytes
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);

    public void Fill(Span<long> destination, Rational sigmaSquared, string purpose) =>
        new SecureDiscreteGaussianNoise(this).Fill(destination, sigmaSquared, purpose);
}
