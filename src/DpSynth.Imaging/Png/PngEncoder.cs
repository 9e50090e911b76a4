using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace DpSynth.Imaging.Png;

/// <summary>
/// Writes 8-bit grey and sRGB images as PNG (RFC 2083), fast rather than as small as can be: rows of 64 bytes and more are filtered
/// with <c>Sub</c>, shorter ones are not, where it makes small drawings longer. Thread-safe.
/// </summary>
public static class PngEncoder
{
    private const int SmallestFilteredRow = 64;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes one image.</summary>
    /// <param name="pixels"><c>[height, width, channels]</c>.</param>
    /// <param name="shape">The image's shape: 1 or 3 channels.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is not as long as <paramref name="shape"/> says.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shape"/> has neither 1 nor 3 channels, or an empty side.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, ImageShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Height, 1);
        if (shape.Channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape, "A PNG of this encoder has 1 or 3 channels.");
        }

        if (pixels.Length != shape.ByteCount)
        {
            throw new ArgumentException($"An image of {shape} has {shape.ByteCount} bytes, not {pixels.Length}.", nameof(pixels));
        }

        using var png = new MemoryStream(128 + (pixels.Length / 2));
        png.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, shape.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], shape.Height);
        header[8] = 8;
        header[9] = (byte)(shape.Channels == 3 ? 2 : 0);
        WriteChunk(png, "IHDR"u8, header);

        var start = BeginChunk(png, "IDAT"u8);
        using (var deflate = new ZLibStream(png, CompressionLevel.Fastest, leaveOpen: true))
        {
            WriteRows(deflate, pixels, shape);
        }

        EndChunk(png, start);

        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void WriteRows(ZLibStream deflate, ReadOnlySpan<byte> pixels, ImageShape shape)
    {
        var rowBytes = shape.Width * shape.Channels;
        var filter = rowBytes >= SmallestFilteredRow ? (byte)1 : (byte)0;
        var filtered = new byte[(rowBytes + 1) * shape.Height];
        for (var y = 0; y < shape.Height; y++)
        {
            var source = pixels.Slice(y * rowBytes, rowBytes);
            var target = filtered.AsSpan(y * (rowBytes + 1), rowBytes + 1);
            target[0] = filter;
            source.CopyTo(target[1..]);
            if (filter == 1)
            {
                for (var x = shape.Channels; x < rowBytes; x++)
                {
                    target[x + 1] = (byte)(source[x] - source[x - shape.Channels]);
                }
            }
        }

        deflate.Write(filtered);
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var start = BeginChunk(png, type);
        png.Write(data);
        EndChunk(png, start);
    }

    private static int BeginChunk(MemoryStream png, ReadOnlySpan<byte> type)
    {
        var start = (int)png.Position;
        png.Write([0, 0, 0, 0]);
        png.Write(type);
        return start;
    }

    /// <summary>Fills in the length, and appends the checksum over type and data.</summary>
    private static void EndChunk(MemoryStream png, int start)
    {
        var written = png.GetBuffer().AsSpan(start, (int)png.Position - start);
        BinaryPrimitives.WriteInt32BigEndian(written, written.Length - 8);
        Span<byte> checksum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(written[4..]));
        png.Write(checksum);
    }
}
