using System.Collections.Concurrent;
using System.Globalization;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Testing.InMemory;

/// <summary>Shared records in memory; writes can be made to fail, before or after they count.</summary>
public sealed class InMemorySharedRecords : ISharedRecords
{
    private readonly ConcurrentDictionary<SharedRecordId, VersionedRecord> _records = new();
    private int _versions;

    /// <summary>Called before a write counts; may throw.</summary>
    public Action BeforeWrite { get; set; } = static () => { };

    /// <summary>Called after a write counted; may throw, as when its answer is lost.</summary>
    public Action AfterWrite { get; set; } = static () => { };

    public int Writes { get; private set; }

    public Task<VersionedRecord?> ReadAsync(SharedRecordId id, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => _records.GetValueOrDefault(id));

    public async Task<string?> TryWriteAsync(SharedRecordId id, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        BeforeWrite();
        Writes++;
        var next = new VersionedRecord(content.ToArray(), Interlocked.Increment(ref _versions).ToString(CultureInfo.InvariantCulture));
        var written = version is null
            ? _records.TryAdd(id, next)
            : _records.TryGetValue(id, out var known) && known.Version == version && _records.TryUpdate(id, next, known);
        if (written)
        {
            AfterWrite();
        }

        return written ? next.Version : null;
    }
}
