using System.Buffers.Binary;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>A sound PNG header that claims any size, over the data of a tiny image.</summary>
internal static class MonstrousPng
{
    public static byte[] Make(int width, int height)
    {
        var png = PngEncoder.Encode(new byte[1], new ImageShape(1, 1, 1));

        // After the 8-byte signature: IHDR's length and type, then width and height, and behind its 13 bytes the checksum.
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Checksum(png.AsSpan(12, 17)));
        return png;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
