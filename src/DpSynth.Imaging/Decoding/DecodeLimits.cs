namespace DpSynth.Imaging.Decoding;

/// <summary>What is refused before any pixel is decoded. Each limit is a question to the file alone: what else is decoded at the time plays no part.</summary>
public sealed record DecodeLimits
{
    /// <summary>The longest file, in bytes.</summary>
    /// <value>64 MiB</value>
    public long MaxEncodedBytes { get; init; } = 64L << 20;

    /// <summary>The most pixels, width × height as the file's header states them.</summary>
    /// <value>64 megapixels</value>
    public long MaxPixels { get; init; } = 64L << 20;

    /// <summary>The longest side, in pixels: what is in memory at a time is rows, however few there are.</summary>
    /// <value>16,384</value>
    public int MaxSide { get; init; } = 16 * 1024;

    /// <summary>The most bytes that decoding one image may take, by an estimate from its header that errs on the high side.</summary>
    /// <value>448 MiB, which is also what all images together take that a process decodes at the same time; more of them wait.</value>
    public long MaxMemory { get; init; } = DecodingMemory.Total;
}
