using System.Collections.Concurrent;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Testing.InMemory;

/// <summary>The candidate store without storage.</summary>
public sealed class InMemoryCandidateStore : ICandidateStore
{
    private readonly ConcurrentDictionary<string, GenerationRecipe> recipes = new();
    private readonly ConcurrentDictionary<(string Run, int Generation), ParentList> parents = new();
    private readonly ConcurrentDictionary<CandidateShardId, (CandidateBatch Candidates, EmbeddingMatrix? Embeddings)> shards = new();
    private readonly ConcurrentDictionary<string, bool> ended = new();

    /// <summary>How often a shard was written.</summary>
    public int Writes { get; private set; }

    public Task WriteRecipeAsync(GenerationRecipe recipe, CancellationToken cancellationToken)
    {
        recipes[recipe.RunId] = recipe;
        return Task.CompletedTask;
    }

    public Task<GenerationRecipe?> ReadRecipeAsync(string runId, CancellationToken cancellationToken) =>
        Task.FromResult(recipes.GetValueOrDefault(runId));

    public Task WriteParentsAsync(string runId, int generation, ParentList parents, CancellationToken cancellationToken)
    {
        this.parents[(runId, generation)] = parents;
        return Task.CompletedTask;
    }

    public Task<ParentList> ReadParentsAsync(string runId, int generation, CancellationToken cancellationToken) =>
        Task.FromResult(parents[(runId, generation)]);

    public Task WriteShardAsync(
        CandidateShardId shard,
        string? className,
        int classIndex,
        CandidateBatch candidates,
        EmbeddingMatrix? embeddings,
        CancellationToken cancellationToken)
    {
        Writes++;
        shards[shard] = (candidates, embeddings);
        return Task.CompletedTask;
    }

    public Task<bool> ShardExistsAsync(CandidateShardId shard, CancellationToken cancellationToken) => Task.FromResult(shards.ContainsKey(shard));

    public Task<IReadOnlyList<int>> ListShardsAsync(string runId, int generation, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<int>>(
            [.. shards.Keys.Where(shard => shard.RunId == runId && shard.Generation == generation).Select(shard => shard.Shard).Order()]);

    public Task<EmbeddingMatrix> ReadEmbeddingsAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        Task.FromResult(shards[shard].Embeddings!);

    public Task<CandidateBatch> ReadCandidatesAsync(CandidateShardId shard, bool withImages, CancellationToken cancellationToken)
    {
        var candidates = shards[shard].Candidates;
        return Task.FromResult(withImages ? candidates : candidates with { Images = null });
    }

    public Task<GenerationNotes> ReadNotesAsync(CandidateShardId shard, CancellationToken cancellationToken) => Task.FromResult(shards[shard].Candidates.Notes);

    public Task<Stream> OpenTarAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new MemoryStream(shards[shard].Candidates.Images!.Pixels.ToArray()));

    public Task<int> DeleteGenerationsAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task MarkEndedAsync(string runId, CancellationToken cancellationToken)
    {
        ended[runId] = true;
        return Task.CompletedTask;
    }

    public Task<bool> HasEndedAsync(string runId, CancellationToken cancellationToken) => Task.FromResult(ended.ContainsKey(runId));
}
