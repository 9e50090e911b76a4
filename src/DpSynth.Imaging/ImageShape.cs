namespace DpSynth.Imaging;

/// <summary>The size of an 8-bit image with interleaved channels.</summary>
/// <param name="Width">Pixels a row, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Channels">1 for grey, 3 for sRGB in the order red, green, blue.</param>
public readonly record struct ImageShape(int Width, int Height, int Channels)
{
    /// <summary>Bytes of one image: width × height × channels.</summary>
    /// <exception cref="OverflowException">They are more than 2³¹ − 1.</exception>
    public int ByteCount => checked(Width * Height * Channels);

    /// <inheritdoc/>
    public override string ToString() => $"{Width}×{Height}×{Channels}";
}
