using System.Collections.Concurrent;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Testing.InMemory;

/// <summary>Drawings in memory.</summary>
public sealed class InMemoryDrawingStore : IDrawingStore
{
    public ConcurrentDictionary<(CandidateShardId Shard, ulong Seed), ReadOnlyMemory<byte>> Drawings { get; } = new();

    /// <summary>Every drawing that was ever kept.</summary>
    public ConcurrentQueue<(CandidateShardId Shard, ulong Seed)> Kept { get; } = new();

    public Task<IReadOnlySet<ulong>> ListAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlySet<ulong>>(Drawings.Keys.Where(key => key.Shard == shard).Select(key => key.Seed).ToHashSet());

    public Task<ReadOnlyMemory<byte>?> ReadAsync(CandidateShardId shard, ulong seed, CancellationToken cancellationToken) =>
        Task.FromResult(Drawings.TryGetValue((shard, seed), out var drawing) ? drawing : default(ReadOnlyMemory<byte>?));

    public Task WriteAsync(CandidateShardId shard, ulong seed, ReadOnlyMemory<byte> drawing, CancellationToken cancellationToken)
    {
        Kept.Enqueue((shard, seed));
        Drawings.TryAdd((shard, seed), drawing.ToArray());
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string runId, int? generation, CancellationToken cancellationToken)
    {
        foreach (var key in Drawings.Keys.Where(key => key.Shard.RunId == runId && (generation is null || key.Shard.Generation == generation)))
        {
            Drawings.TryRemove(key, out _);
        }

        return Task.CompletedTask;
    }
}
