namespace DpSynth.Imaging.Decoding;

/// <summary>The formats that are read, told apart by their first bytes; a file's name plays no part.</summary>
/// <param name="Name">The name for people.</param>
internal sealed record ImageFormat(string Name)
{
    internal const string KnownNames = "PNG, JPEG, WebP, TIFF and GIF";

    internal static readonly ImageFormat Png = new("PNG");
    internal static readonly ImageFormat Jpeg = new("JPEG");
    internal static readonly ImageFormat WebP = new("WebP");
    internal static readonly ImageFormat Tiff = new("TIFF");
    internal static readonly ImageFormat Gif = new("GIF");

    /// <summary>The format of a file, or null if it is none of these.</summary>
    internal static ImageFormat? Of(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Png,
        [0xFF, 0xD8, 0xFF, ..] => Jpeg,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebP,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => Tiff,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => Gif,
        _ => null,
    };
}
