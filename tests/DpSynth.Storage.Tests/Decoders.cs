using DpSynth.Imaging.Decoding;

namespace DpSynth.Storage.Tests;

/// <summary>The decoder the stores are tested with.</summary>
internal static class Decoders
{
    public static ImageDecoder Default { get; } = new(new DecodeLimits());
}
