using NetVips;

namespace DpSynth.Imaging.Fonts;

/// <summary>A text's ink: for each pixel how much of it is covered, 0 to 255, cut to the ink's bounding box.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Coverage"><c>[height, width]</c>.</param>
public sealed record TextMask(int Width, int Height, ReadOnlyMemory<byte> Coverage)
{
    /// <summary>Draws <paramref name="text"/> on one line in <paramref name="font"/>.</summary>
    /// <param name="text">What to draw; at least one character that leaves ink.</param>
    /// <param name="font">The font. No font of the system is needed, or used for characters that the font has.</param>
    /// <param name="pixelsPerEm">The font's size in pixels an em, at least 1.</param>
    /// <exception cref="ArgumentException">The text is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    /// <exception cref="VipsException">The text leaves no ink, or libvips refuses it.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public static TextMask Draw(string text, FontFile font, int pixelsPerEm)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(pixelsPerEm, 1);

        LibVips.EnsureStarted();

        // At 72 dots an inch a point is a pixel. The text is Pango markup, so what could be a tag is escaped.
        using var image = Image.Text(
            System.Net.WebUtility.HtmlEncode(text), $"{font.Family} {pixelsPerEm}", dpi: 72, fontfile: font.Path);
        return new TextMask(image.Width, image.Height, image.WriteToMemory<byte>());
    }
}
