using System.Collections.Concurrent;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Testing.InMemory;

/// <summary>Drawings in memory.</summary>
public sealed class InMemoryDrawingStore : IDrawingStore
{
    public ConcurrentDictionary<(CandidateShardId Shard, ulong Seed), ReadOnlyMemory<byte>> Drawings { get; } = new();

    /// <summary>Every drawing that was ever brought to be kept, also where one was kept already.</summary>
    public ConcurrentQueue<(CandidateShardId Shard, ulong Seed)> Kept { get; } = new();

    public Task<IReadOnlySet<ulong>> ListAsync(CandidateShardId shard, CancellationToken cancellationToken) => Answer.To<IReadOnlySet<ulong>>(
        cancellationToken, () => Drawings.Keys.Where(key => key.Shard == shard).Select(key => key.Seed).ToHashSet());

    public Task<ReadOnlyMemory<byte>?> ReadAsync(CandidateShardId shard, ulong seed, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => Drawings.TryGetValue((shard, seed), out var drawing) ? drawing : default(ReadOnlyMemory<byte>?));

    public Task WriteAsync(
        CandidateShardId shard, ulong seed, ReadOnlyMemory<byte> drawing, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        Kept.Enqueue((shard, seed));
        Drawings.TryAdd((shard, seed), drawing.ToArray());
    });

    public Task DeleteAsync(string runId, int? generation, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => Drawings.RemoveWhere(key => key.Shard.RunId == runId && (generation is null || key.Shard.Generation == generation)));
}
