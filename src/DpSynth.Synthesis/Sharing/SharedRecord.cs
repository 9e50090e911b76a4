using System.Text.Json;

namespace DpSynth.Synthesis.Sharing;

/// <summary>
/// One worker's hand on a shared record. Changes asked for while a write is under way go together into the next one, so that a busy worker
/// writes no more often than the store answers. Thread-safe.
/// </summary>
/// <typeparam name="T">The record; JSON as <see cref="SynthesisJson"/> has it.</typeparam>
/// <param name="records">The store.</param>
/// <param name="id">The record.</param>
/// <param name="initial">Its content where there is none yet.</param>
public sealed class SharedRecord<T>(ISharedRecords records, SharedRecordId id, T initial)
    where T : class
{
    // Beyond so many, those that have been silent longest are forgotten: then only one of their writes that is in doubt could count twice.
    private const int RememberedWriters = 256;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private List<Change> _asked = [];
    private bool _isWriting;
    private SharedEnvelope<T>? _known;
    private string? _version;
    private long _sequence;

    /// <summary>Changes the record. Once it is begun it is not taken back.</summary>
    /// <param name="change">Gives the new content and an answer for the caller; may be called several times, so it must have no other effect.</param>
    /// <returns>The answer that goes with the content that was written.</returns>
    public async Task<TAnswer> UpdateAsync<TAnswer>(Func<T, (T Content, TAnswer Answer)> change)
    {
        TAnswer answer = default!;
        var asked = new Change(content =>
        {
            (content, answer) = change(content);
            return content;
        });
        lock (_gate)
        {
            _asked.Add(asked);
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteAllAsync);
            }
        }

        await asked.Done.Task;
        return answer;
    }

    private async Task WriteAllAsync()
    {
        while (true)
        {
            List<Change> batch;
            lock (_gate)
            {
                (batch, _asked) = (_asked, []);
                if (batch.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
            }

            try
            {
                await WriteAsync(batch);
                batch.ForEach(static change => change.Done.SetResult());
            }
            catch (Exception fault)
            {
                _known = null;
                batch.ForEach(change => change.Done.SetException(fault));
            }
        }
    }

    private async Task WriteAsync(List<Change> batch)
    {
        _sequence++;
        var pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            if (_known is null)
            {
                var read = await records.ReadAsync(id, CancellationToken.None);
                (_known, _version) = read is null ? (new SharedEnvelope<T>(initial, []), null) : (SharedRecord.Decode<T>(id, read), read.Version);

                // A write whose answer was lost may have arrived all the same.
                if (_known.Writers.Any(writer => writer.Id == _writer && writer.Sequence == _sequence))
                {
                    return;
                }
            }

            var content = batch.Aggregate(_known.Content, static (content, change) => change.Apply(content));
            var next = new SharedEnvelope<T>(
                content, [.. _known.Writers.Where(writer => writer.Id != _writer).TakeLast(RememberedWriters - 1), new SharedWriter(_writer, _sequence)]);
            var bytes = JsonSerializer.SerializeToUtf8Bytes(next, SynthesisJson.Options);
            if (await records.TryWriteAsync(id, bytes, _version, CancellationToken.None) is { } version)
            {
                (_known, _version) = (next, version);
                return;
            }

            _known = null;
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()));
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private sealed record Change(Func<T, T> Apply)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Reads what <see cref="SharedRecord{T}"/> writes.</summary>
public static class SharedRecord
{
    /// <summary>Reads a record's content; null if there is none.</summary>
    public static async Task<T?> ReadAsync<T>(ISharedRecords records, SharedRecordId id, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(records);
        return await records.ReadAsync(id, cancellationToken) is { } record ? Decode<T>(id, record).Content : null;
    }

    internal static SharedEnvelope<T> Decode<T>(SharedRecordId id, VersionedRecord record)
        where T : class =>
        JsonSerializer.Deserialize<SharedEnvelope<T>>(record.Content.Span, SynthesisJson.Options)
            ?? throw new InvalidDataException($"The shared record '{id.Name}' is null.");
}

/// <summary>A record as it is stored: with the last write of each worker, so that one in doubt is recognised.</summary>
internal sealed record SharedEnvelope<T>(T Content, IReadOnlyList<SharedWriter> Writers);

/// <summary>A worker's last write.</summary>
internal sealed record SharedWriter(string Id, long Sequence);
