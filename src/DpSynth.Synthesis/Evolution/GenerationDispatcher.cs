using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Puts the jobs of a generation on the workers' queue, and looks for what has come back.</summary>
public sealed class GenerationDispatcher(IPrivateStore privateStore, ICandidateStore candidates, IDrawingStore drawings, IGenerationQueue queue)
{
    /// <summary>Queues every job of the generation whose shard is not stored yet. Single drawings of the generation before are not needed any more.</summary>
    public async Task<DispatchedGeneration> DispatchAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        var jobs = PopulationLayout.Jobs(run.Recipe, generation);
        var stored = await candidates.ListShardsAsync(runId, generation, cancellationToken);
        if (generation > 0)
        {
            await drawings.DeleteAsync(runId, generation - 1, cancellationToken);
        }

        await queue.EnqueueAsync([.. jobs.ExceptBy(stored, job => job.Shard)], cancellationToken);
        return new DispatchedGeneration([.. jobs.Select(job => job.Count)], stored);
    }

    /// <summary>The numbers of the generation's shards that are stored.</summary>
    public Task<IReadOnlyList<int>> FindStoredAsync(string runId, int generation, CancellationToken cancellationToken) =>
        candidates.ListShardsAsync(runId, generation, cancellationToken);
}

/// <summary>A generation at work.</summary>
/// <param name="ShardSizes">Candidates of each shard.</param>
/// <param name="Stored">Shards that were stored already.</param>
public sealed record DispatchedGeneration(IReadOnlyList<int> ShardSizes, IReadOnlyList<int> Stored);
