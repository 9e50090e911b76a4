using System.Buffers.Binary;
using System.Text;

namespace DpSynth.Imaging.Fonts;

/// <summary>A TrueType or OpenType font file, known by the family name it gives itself.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Family">The family, such as <c>Patrick Hand</c>: entry 1 of the file's <c>name</c> table.</param>
public sealed record FontFile(string Path, string Family)
{
    private const int FamilyNameId = 1;
    private const int WindowsPlatform = 3;

    /// <summary>Reads the family name of the font at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no TrueType font, or has no family name in Unicode.</exception>
    public static FontFile Open(string path)
    {
        var font = File.ReadAllBytes(path);
        try
        {
            return new FontFile(System.IO.Path.GetFullPath(path), ReadFamily(font));
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new InvalidDataException($"{path} is not a TrueType font, or it is cut short.", error);
        }
    }

    // https://learn.microsoft.com/typography/opentype/spec/otff and .../name: big-endian tables, found through a directory.
    private static string ReadFamily(ReadOnlySpan<byte> font)
    {
        var names = FindTable(font, "name"u8);
        var count = UInt16(names, 2);
        var strings = names[UInt16(names, 4)..];
        for (var i = 0; i < count; i++)
        {
            var record = names.Slice(6 + (12 * i), 12);
            if (UInt16(record, 0) == WindowsPlatform && UInt16(record, 6) == FamilyNameId)
            {
                return Encoding.BigEndianUnicode.GetString(strings.Slice(UInt16(record, 10), UInt16(record, 8)));
            }
        }

        throw new InvalidDataException("The font has no family name in Unicode.");
    }

    private static ReadOnlySpan<byte> FindTable(ReadOnlySpan<byte> font, ReadOnlySpan<byte> tag)
    {
        var count = UInt16(font, 4);
        for (var i = 0; i < count; i++)
        {
            var entry = font.Slice(12 + (16 * i), 16);
            if (entry[..4].SequenceEqual(tag))
            {
                var offset = BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
                var length = BinaryPrimitives.ReadUInt32BigEndian(entry[12..]);
                if (offset + (ulong)length > (ulong)font.Length)
                {
                    throw new InvalidDataException("The font is cut short.");
                }

                return font.Slice((int)offset, (int)length);
            }
        }

        throw new InvalidDataException("The file is not a TrueType font.");
    }

    private static int UInt16(ReadOnlySpan<byte> data, int offset) => BinaryPrimitives.ReadUInt16BigEndian(data[offset..]);
}
