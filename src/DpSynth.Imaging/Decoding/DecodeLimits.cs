namespace DpSynth.Imaging.Decoding;

/// <summary>What is refused before any pixel is decoded.</summary>
public sealed record DecodeLimits
{
    /// <summary>The longest file, in bytes.</summary>
    /// <value>64 MiB</value>
    public long MaxEncodedBytes { get; init; } = 64L << 20;

    /// <summary>The most pixels, width × height as the file's header states them.</summary>
    /// <value>64 megapixels</value>
    public long MaxPixels { get; init; } = 64L << 20;
}
