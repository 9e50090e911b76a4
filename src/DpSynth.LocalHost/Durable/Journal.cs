using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// The journal of one execution: an append blob of JSON lines. An append succeeds only at the end that this object knows, so two
/// writers cannot interleave.
/// </summary>
internal sealed class Journal
{
    private const int MaxBlock = 4 * 1024 * 1024;
    private const byte NewLine = (byte)'\n';

    private static readonly JsonSerializerOptions _json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly AppendBlobClient _blob;
    private readonly JournalStore _store;
    private readonly List<JournalEntry> _entries;
    private long _length;

    private Journal(AppendBlobClient blob, JournalStore store, List<JournalEntry> entries, long length)
    {
        _blob = blob;
        _store = store;
        _entries = entries;
        _length = length;
    }

    /// <summary>All entries in order.</summary>
    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>Starts a journal, replacing one of that name that nobody has acted upon.</summary>
    public static async Task<Journal> CreateAsync(
        AppendBlobClient blob, JournalStore store, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        await store.BeforeWriteAsync(cancellationToken);
        await blob.CreateAsync(new AppendBlobCreateOptions(), cancellationToken);
        var journal = new Journal(blob, store, [], 0);
        await journal.AppendAsync(entries, cancellationToken);
        return journal;
    }

    /// <summary>Reads a journal; a last line that a crash cut off is marked as void.</summary>
    /// <exception cref="InvalidDataException">A line in the middle is not a journal entry.</exception>
    public static async Task<Journal> OpenAsync(AppendBlobClient blob, JournalStore store, CancellationToken cancellationToken)
    {
        var content = (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToMemory();
        var entries = Parse(content, blob.Name, out var torn);
        var journal = new Journal(blob, store, entries, content.Length);
        if (torn)
        {
            await journal.AppendBytesAsync((byte[])[NewLine, .. Line(new TornLineAbove())], cancellationToken);
        }

        return journal;
    }

    /// <summary>Makes the entries durable, all in one write unless they exceed a block's size.</summary>
    public async Task AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count > 0)
        {
            await _store.BeforeWriteAsync(cancellationToken);
            await AppendBytesAsync(entries.SelectMany(Line).ToArray(), cancellationToken);
            _entries.AddRange(entries);
        }
    }

    internal static byte[] Line(JournalEntry entry) => [.. JsonSerializer.SerializeToUtf8Bytes(entry, _json), NewLine];

    internal static List<JournalEntry> Parse(ReadOnlyMemory<byte> content, string name, out bool torn)
    {
        var entries = new List<JournalEntry>();
        JsonException? damage = null;
        var rest = content.Span;
        while (rest.IndexOf(NewLine) is var end and >= 0)
        {
            var line = rest[..end];
            rest = rest[(end + 1)..];
            try
            {
                var entry = JsonSerializer.Deserialize<JournalEntry>(line, _json)!;
                if (entry is TornLineAbove)
                {
                    damage = null;
                    continue;
                }

                entries.Add(entry);
            }
            catch (JsonException e)
            {
                ThrowIf(damage, name);
                damage = e;
                continue;
            }

            ThrowIf(damage, name);
        }

        ThrowIf(damage, name);
        torn = rest.Length > 0;
        return entries;
    }

    private static void ThrowIf(JsonException? damage, string name)
    {
        if (damage is not null)
        {
            throw new InvalidDataException($"The journal {name} is damaged: a line in its middle is not a journal entry.", damage);
        }
    }

    private async Task AppendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (var at = 0; at < bytes.Length; at += MaxBlock)
        {
            var block = bytes.Slice(at, Math.Min(MaxBlock, bytes.Length - at));
            using var stream = BinaryData.FromBytes(block).ToStream();
            var options = new AppendBlobAppendBlockOptions
            {
                Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = _length },
            };
            await _blob.AppendBlockAsync(stream, options, cancellationToken);
            _length += block.Length;
        }
    }
}
