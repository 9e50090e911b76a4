using System.Buffers.Binary;

namespace DpSynth.Imaging.Decoding;

/// <summary>
/// Leaves out texts that a PNG has too many of. They say nothing about pixels, and each may be compressed: a file of 3 MB with 400 of them took
/// 2.3 GB, although no single one went beyond the limit of libpng.
/// </summary>
internal static class PngTexts
{
    // libpng inflates no text to more.
    private const long MostOfOne = 8_000_000;
    private const int Most = 4;
    private const int SignatureLength = 8;
    private const int ChunkOverhead = 12;

    /// <summary>The file as it is, or, with more texts than a few, a copy without the others.</summary>
    /// <param name="encoded">The PNG.</param>
    /// <param name="inflated">Receives the most bytes that the compressed ones among the texts that are left take.</param>
    internal static ReadOnlySpan<byte> LimitedTo(ReadOnlySpan<byte> encoded, out long inflated)
    {
        var texts = 0;
        byte[]? copy = null;
        var written = 0;
        var at = SignatureLength;
        inflated = 0;
        while (encoded.Length - at >= ChunkOverhead)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(encoded[at..]);
            if (length > encoded.Length - at - ChunkOverhead)
            {
                break;
            }

            var type = encoded.Slice(at + 4, 4);
            var end = at + ChunkOverhead + (int)length;
            var isLeftOut = IsText(type) && ++texts > Most;
            if (isLeftOut && copy is null)
            {
                copy = GC.AllocateUninitializedArray<byte>(encoded.Length);
                encoded[..at].CopyTo(copy);
                written = at;
            }

            if (!isLeftOut)
            {
                inflated += IsText(type) && type[0] != (byte)'t' ? MostOfOne : 0;
                if (copy is not null)
                {
                    encoded[at..end].CopyTo(copy.AsSpan(written));
                    written += end - at;
                }
            }

            at = end;
        }

        if (copy is null)
        {
            return encoded;
        }

        // What no chunk could be read from stays, for libvips to judge.
        encoded[at..].CopyTo(copy.AsSpan(written));
        return copy.AsSpan(0, written + encoded.Length - at);
    }

    private static bool IsText(ReadOnlySpan<byte> type) => type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8);
}
