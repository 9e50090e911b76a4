using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpSynth.Ledgers;

/// <summary>
/// An entry as a line of JSON. Its last member is its hash: SHA-256 of the line's bytes with <c>,"hash":"…"</c> cut out, so that others
/// need no canonical JSON to check it. The hash covers the previous entry's, and through it all before.
/// </summary>
public static class LedgerLine
{
    /// <summary>What ends a line.</summary>
    public const byte End = (byte)'\n';

    private const int HashLength = 64;

    private static readonly JsonSerializerOptions _json = MakeOptions();

    private static ReadOnlySpan<byte> HashMember => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> Tail => "\"}"u8;

    /// <summary>Seals an entry: computes its hash and encodes it, with the end of the line.</summary>
    public static (LedgerEntry Entry, byte[] Line) Seal(LedgerEntry entry)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(entry with { Hash = null }, _json);
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        byte[] line = [.. body.AsSpan(..^1), .. HashMember, .. Encoding.ASCII.GetBytes(hash), .. Tail, End];
        return (entry with { Hash = hash }, line);
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence that begins with "Entry n"; null if nothing is.</param>
    /// <returns>The entry as far as it could be read, else null.</returns>
    public static LedgerEntry? Read(ReadOnlySpan<byte> line, out string? fault)
    {
        LedgerEntry? entry = null;
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            if (!document.RootElement.TryGetProperty("schemaVersion", out var version) || !version.TryGetInt32(out var number))
            {
                fault = "was edited: it says no schema version";
                return null;
            }

            if (number != LedgerEntry.KnownSchemaVersion)
            {
                fault = $"has schema version {number}, and this software knows version {LedgerEntry.KnownSchemaVersion}: use the version that wrote it";
                return null;
            }

            entry = document.RootElement.Deserialize<LedgerEntry>(_json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            fault = "was edited: it is not the JSON of an entry";
            return null;
        }

        fault = entry is null ? "was edited: it is not an entry" : IsSealed(line, entry.Hash) ? null : "was edited: its content does not match its hash";
        return entry;
    }

    private static bool IsSealed(ReadOnlySpan<byte> line, string? hash)
    {
        var suffix = HashMember.Length + HashLength + Tail.Length;
        if (hash is not { Length: HashLength } || line.Length < suffix || !line.EndsWith(Tail) || !line[^suffix..].StartsWith(HashMember))
        {
            return false;
        }

        byte[] body = [.. line[..^suffix], (byte)'}'];
        var expected = Convert.ToHexStringLower(SHA256.HashData(body));
        return line[^(HashLength + Tail.Length)..^Tail.Length].SequenceEqual(Encoding.ASCII.GetBytes(expected)) && hash == expected;
    }

    /// <summary>Fails closed: a member that is unknown or there twice is no entry of this version.</summary>
    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(LedgerJson.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            PropertyNameCaseInsensitive = false,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
