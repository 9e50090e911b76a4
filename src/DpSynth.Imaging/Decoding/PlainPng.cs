using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace DpSynth.Imaging.Decoding;

/// <summary>
/// The short way for the images that datasets are made of: a PNG of exactly the wanted shape, 8 bits grey or RGB, not interlaced,
/// without transparency, profile or orientation. libvips needs about a hundred times as long for a small one. Whatever is not
/// plain, or not faultless, is left to libvips, which alone decides what is damaged.
/// </summary>
internal static class PlainPng
{
    private const int SignatureLength = 8;
    private const int ChunkOverhead = 12;
    private const int HeaderLength = 13;

    /// <summary>Decodes a plain PNG; false if it is not one. What <paramref name="destination"/> holds then is undefined.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> encoded, ImageShape shape, Span<byte> destination)
    {
        if (!TryFindData(encoded[SignatureLength..], shape, out var data))
        {
            return false;
        }

        var rowBytes = shape.Width * shape.Channels;
        var length = (rowBytes + 1) * shape.Height;
        var filtered = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return TryInflate(data, filtered.AsSpan(0, length)) && TryUnfilter(filtered, rowBytes, shape.Channels, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(filtered);
        }
    }

    /// <summary>Walks the chunks (RFC 2083, section 3.2) and finds the single IDAT; several are left to libvips.</summary>
    private static bool TryFindData(ReadOnlySpan<byte> chunks, ImageShape shape, out ReadOnlySpan<byte> data)
    {
        data = default;
        for (var first = true; chunks.Length >= ChunkOverhead; first = false)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunks);
            if (length > chunks.Length - ChunkOverhead)
            {
                return false;
            }

            var type = chunks.Slice(4, 4);
            var body = chunks.Slice(8, (int)length);
            var checkedPart = chunks.Slice(4, 4 + (int)length);
            if (Crc32.HashToUInt32(checkedPart) != BinaryPrimitives.ReadUInt32BigEndian(chunks[(8 + (int)length)..]))
            {
                return false;
            }

            if (first != type.SequenceEqual("IHDR"u8) || (first && !IsPlainHeader(body, shape)))
            {
                return false;
            }

            if (type.SequenceEqual("IEND"u8))
            {
                return !data.IsEmpty;
            }

            if (type.SequenceEqual("IDAT"u8))
            {
                if (!data.IsEmpty)
                {
                    return false;
                }

                data = body;
            }
            else if (!first && !IsHarmless(type))
            {
                return false;
            }

            chunks = chunks[(ChunkOverhead + (int)length)..];
        }

        return false;
    }

    private static bool IsPlainHeader(ReadOnlySpan<byte> header, ImageShape shape) =>
        header.Length == HeaderLength
        && BinaryPrimitives.ReadUInt32BigEndian(header) == shape.Width
        && BinaryPrimitives.ReadUInt32BigEndian(header[4..]) == shape.Height
        && header[8] == 8
        && header[9] == (shape.Channels == 3 ? 2 : 0)
        && header[10] == 0
        && header[11] == 0
        && header[12] == 0;

    /// <summary>Chunks that say nothing about how pixels look, or nothing that libvips would heed.</summary>
    private static bool IsHarmless(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("tEXt"u8) || type.SequenceEqual("tIME"u8) || type.SequenceEqual("pHYs"u8)
        || type.SequenceEqual("sRGB"u8) || type.SequenceEqual("gAMA"u8) || type.SequenceEqual("cHRM"u8);

    private static unsafe bool TryInflate(ReadOnlySpan<byte> data, Span<byte> filtered)
    {
        try
        {
            fixed (byte* start = data)
            {
                using var source = new UnmanagedMemoryStream(start, data.Length);
                using var inflate = new ZLibStream(source, CompressionMode.Decompress);
                inflate.ReadExactly(filtered);
                return inflate.ReadByte() < 0;
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>Undoes the row filters (RFC 2083, section 6).</summary>
    private static bool TryUnfilter(ReadOnlySpan<byte> filtered, int rowBytes, int step, Span<byte> pixels)
    {
        var above = pixels[..0];
        for (var at = 0; at < pixels.Length; at += rowBytes)
        {
            var filter = filtered[0];
            var source = filtered.Slice(1, rowBytes);
            var row = pixels.Slice(at, rowBytes);
            filtered = filtered[(rowBytes + 1)..];
            switch (filter)
            {
                case 0:
                    source.CopyTo(row);
                    break;
                case 1:
                    for (var x = 0; x < row.Length; x++)
                    {
                        row[x] = (byte)(source[x] + Before(row, x, step));
                    }

                    break;
                case 2:
                    for (var x = 0; x < row.Length; x++)
                    {
                        row[x] = (byte)(source[x] + At(above, x));
                    }

                    break;
                case 3:
                    for (var x = 0; x < row.Length; x++)
                    {
                        row[x] = (byte)(source[x] + ((Before(row, x, step) + At(above, x)) / 2));
                    }

                    break;
                case 4:
                    for (var x = 0; x < row.Length; x++)
                    {
                        row[x] = (byte)(source[x] + Paeth(Before(row, x, step), At(above, x), Before(above, x, step)));
                    }

                    break;
                default:
                    return false;
            }

            above = row;
        }

        return true;
    }

    private static int Before(ReadOnlySpan<byte> row, int x, int step) => x >= step ? At(row, x - step) : 0;

    private static int At(ReadOnlySpan<byte> row, int x) => row.IsEmpty ? 0 : row[x];

    /// <summary>Of left, above and upper left the one nearest to left + above − upper left; ties in that order (section 6.6).</summary>
    private static int Paeth(int left, int above, int upperLeft)
    {
        var toLeft = Math.Abs(above - upperLeft);
        var toAbove = Math.Abs(left - upperLeft);
        var toUpperLeft = Math.Abs(left + above - (2 * upperLeft));
        if (toLeft <= toAbove && toLeft <= toUpperLeft)
        {
            return left;
        }

        return toAbove <= toUpperLeft ? above : upperLeft;
    }
}
