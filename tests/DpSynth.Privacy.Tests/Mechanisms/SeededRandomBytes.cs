using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Privacy.Tests.Mechanisms;

/// <summary>Reproducible bytes, in tests only.</summary>
internal sealed class SeededRandomBytes(int seed) : IRandomBytes
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}
