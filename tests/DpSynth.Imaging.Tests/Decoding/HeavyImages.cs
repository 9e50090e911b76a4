using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using NetVips;

namespace DpSynth.Imaging.Tests.Decoding;

/// <summary>Files that take much memory to decode for their length.</summary>
internal static class HeavyImages
{
    private const int FrameLength = 15;

    /// <summary>An image of one colour, encoded by libvips.</summary>
    internal static byte[] Encode(string kind, int width, int height) => kind switch
    {
        "png" => Save(width, height, 3, image => image.PngsaveBuffer()),
        "png16" => Save(width, height, 4, image => image.PngsaveBuffer(), Enums.BandFormat.Ushort),
        "interlaced png" => Save(width, height, 3, image => image.PngsaveBuffer(interlace: true)),
        "jpeg" => Save(width, height, 3, image => image.JpegsaveBuffer()),
        "progressive jpeg" => Save(width, height, 3, image => image.JpegsaveBuffer(interlace: true, subsampleMode: Enums.ForeignSubsample.Off)),
        "turned jpeg" => Save(width, height, 3, image => image.JpegsaveBuffer(), orientation: 6),
        "turned progressive jpeg" => Save(
            width, height, 3, image => image.JpegsaveBuffer(interlace: true, subsampleMode: Enums.ForeignSubsample.Off), orientation: 6),
        "webp" => Save(width, height, 4, image => image.WebpsaveBuffer(effort: 0)),
        "lossless webp" => Save(width, height, 4, image => image.WebpsaveBuffer(lossless: true, effort: 0)),
        "gif" => Save(width, height, 3, image => image.GifsaveBuffer(effort: 1)),
        "tiff" => Save(width, height, 3, image => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate)),
        "tiff of one strip" => Save(
            width, height, 3, image => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, tileHeight: height)),
        "tiff of 30 bands" => Save(width, height, 30, image => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };

    /// <summary>A tiny PNG with texts that each take 8 MB.</summary>
    internal static byte[] PngOfTexts(int count)
    {
        var png = SampleImage.Of(20, 20, (x, y) => [(byte)x, (byte)y, 7]).Png();
        var headerEnd = 8 + 12 + 13;
        var text = Chunk("zTXt", [.. "k\0\0"u8, .. Deflate(new byte[7_900_000])]);
        return [.. png[..headerEnd], .. Enumerable.Repeat(text, count).SelectMany(chunk => chunk), .. png[headerEnd..]];
    }

    /// <summary>A tiny GIF with as many frames as fit into so many bytes.</summary>
    internal static byte[] GifOfFrames(int bytes)
    {
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        byte[] header = [.. "GIF89a"u8, 100, 0, 100, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
        return [.. header, .. Enumerable.Repeat(frame, bytes / FrameLength).SelectMany(part => part), 0x3B];
    }

    private static byte[] Save(
        int width, int height, int bands, Func<Image, byte[]> save, Enums.BandFormat format = Enums.BandFormat.Uchar, int orientation = 1)
    {
        LibVips.EnsureStarted();
        using var black = Image.Black(width, height, bands);
        using var samples = black.Cast(format);
        using var coloured = samples.Copy(interpretation: format == Enums.BandFormat.Ushort ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Srgb);
        using var image = coloured.Mutate(fields => fields.Set(GValue.GIntType, "orientation", orientation));
        return save(image);
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. body];
        var chunk = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Crc32.HashToUInt32(named));
        return chunk;
    }

    private static byte[] Deflate(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var deflate = new ZLibStream(stream, CompressionLevel.SmallestSize))
        {
            deflate.Write(content);
        }

        return stream.ToArray();
    }
}
