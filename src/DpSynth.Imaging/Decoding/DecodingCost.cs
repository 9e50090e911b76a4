using NetVips;

namespace DpSynth.Imaging.Decoding;

/// <summary>
/// Estimates from a header how many bytes decoding takes at most. The numbers were measured with libvips 8.18 on the largest images of each
/// format, in every way of resizing, and rounded up; the tests measure again.
/// </summary>
internal static class DecodingCost
{
    /// <summary>Files below this are opened without asking: what that takes is less than what a thread has anyhow.</summary>
    internal const int SmallFile = 256 << 10;

    /// <summary>What each call takes, whatever it decodes.</summary>
    private const long Fixed = 8L << 20;

    /// <summary>Rows that resizing keeps in flight: its kernels reach over so many of a tall image that becomes a small one.</summary>
    private const long RowsInFlight = 2560;

    private const string InterlacedField = "interlaced";

    /// <summary>Bytes that opening a file takes: the copy that libvips is given, and what it notes of frames and texts.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="encodedBytes">Its length.</param>
    /// <param name="inflated">Bytes that texts in it take.</param>
    internal static long OfOpening(ImageFormat format, int encodedBytes, long inflated)
    {
        // A frame of a GIF takes 15 bytes in the file and a hundred in memory; a page of a TIFF, a frame of a WebP, more bytes in the file.
        long factor = format == ImageFormat.Gif ? 8 : 4;
        return Fixed + inflated + (factor * encodedBytes);
    }

    /// <summary>Bytes that decoding an opened image takes, without those of opening.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="header">The image.</param>
    /// <param name="isTurned">Whether EXIF says that it lies on its side, so that all of it is held.</param>
    /// <param name="shape">What it becomes.</param>
    internal static long OfPixels(ImageFormat format, Image header, bool isTurned, ImageShape shape)
    {
        var pixelBytes = (long)header.Bands * SampleBytes(header.Format);
        var pixels = (long)header.Width * header.Height;
        var rows = Math.Min(header.Height, RowsInFlight) * header.Width * pixelBytes;
        return rows + (pixels * (WholePixelBytes(format, header, pixelBytes) + (isTurned ? pixelBytes : 0))) + (8L * shape.ByteCount);
    }

    /// <summary>Bytes a pixel of what a format's decoder holds of the whole image.</summary>
    private static long WholePixelBytes(ImageFormat format, Image header, long pixelBytes)
    {
        if (format == ImageFormat.Gif || format == ImageFormat.WebP)
        {
            // The frame as the format's library makes it, and the one that libvips makes of it.
            return 8;
        }

        if (format == ImageFormat.Tiff)
        {
            // A strip or a tile may be the whole image.
            return 2 * pixelBytes;
        }

        // Of a progressive JPEG the coefficients, two bytes a sample; of an interlaced PNG the pixels.
        return header.Contains(InterlacedField) ? (format == ImageFormat.Jpeg ? 2 : 1) * pixelBytes : 0;
    }

    private static long SampleBytes(Enums.BandFormat format) => format switch
    {
        Enums.BandFormat.Uchar or Enums.BandFormat.Char => 1,
        Enums.BandFormat.Ushort or Enums.BandFormat.Short => 2,
        Enums.BandFormat.Uint or Enums.BandFormat.Int or Enums.BandFormat.Float => 4,
        Enums.BandFormat.Double or Enums.BandFormat.Complex => 8,
        _ => 16,
    };
}
