using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace DpSynth.LocalHost.Journal;

/// <summary>
/// The format of a journal's files: entries one after the other, each the length of its JSON (4 bytes), the number of bytes it carries (4), the
/// SHA-256 of all that follows and of both numbers (32), the JSON, the bytes. A crash can tear the last entries: what is torn was never sent.
/// </summary>
internal static class JournalFile
{
    private const int HashedHeader = 8;
    private const int Header = HashedHeader + SHA256.HashSizeInBytes;
    private const int LongestJson = 1 << 20;

    /// <summary>An entry with its bytes, ready to be written in one go.</summary>
    public static byte[] Encode(JournalEntry entry, ReadOnlySpan<byte> bytes)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(entry);
        var record = new byte[Header + json.Length + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, json.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), bytes.Length);
        json.CopyTo(record, Header);
        bytes.CopyTo(record.AsSpan(Header + json.Length));
        Hash(record).CopyTo(record, HashedHeader);
        return record;
    }

    /// <summary>Reads a file's entries.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isWhole">
    /// Whether nothing is damaged. An end that is torn is no damage; something that cannot be read in front of something that can is.
    /// </param>
    public static List<JournalEntry> Read(string path, out bool isWhole)
    {
        var entries = new List<JournalEntry>();
        var content = File.ReadAllBytes(path);
        isWhole = true;
        for (var offset = 0; offset < content.Length;)
        {
            if (TryRead(path, content, offset) is { } entry)
            {
                entries.Add(entry);
                offset = (int)entry.Bytes.Offset + entry.Bytes.Length;
                continue;
            }

            isWhole = !IsFollowed(path, content, offset);
            break;
        }

        return entries;
    }

    private static JournalEntry? TryRead(string path, byte[] content, int offset)
    {
        if (content.Length - offset < Header)
        {
            return null;
        }

        var json = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(offset));
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(offset + 4));
        if (json is <= 0 or > LongestJson || bytes < 0 || (long)Header + json + bytes > content.Length - offset)
        {
            return null;
        }

        var record = content.AsSpan(offset, Header + json + bytes);
        return Hash(record).AsSpan().SequenceEqual(record[HashedHeader..Header])
            ? JsonSerializer.Deserialize<JournalEntry>(record.Slice(Header, json))! with { Bytes = new JournalBytes(path, offset + Header + json, bytes) }
            : null;
    }

    /// <summary>Whether a readable entry begins anywhere behind one that cannot be read.</summary>
    private static bool IsFollowed(string path, byte[] content, int offset)
    {
        for (var next = offset + 1; next + Header < content.Length; next++)
        {
            // All JSON begins so; it saves hashing at nearly every place.
            var json = next + Header;
            if (content[json] == (byte)'{' && TryRead(path, content, next) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Hash(ReadOnlySpan<byte> record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(record[..HashedHeader]);
        hash.AppendData(record[Header..]);
        return hash.GetHashAndReset();
    }
}
