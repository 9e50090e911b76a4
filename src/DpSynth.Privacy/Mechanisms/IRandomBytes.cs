using System.Security.Cryptography;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Where all randomness of the mechanisms comes from. The product has one implementation; tests have seeded ones of their own.</summary>
internal interface IRandomBytes
{
    /// <summary>Fills a buffer with independent uniform bytes.</summary>
    void Fill(Span<byte> destination);
}

/// <summary>The operating system's secure generator.</summary>
internal sealed class SecureRandomBytes : IRandomBytes
{
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
