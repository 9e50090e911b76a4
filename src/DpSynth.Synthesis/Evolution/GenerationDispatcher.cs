using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Puts the jobs of a generation on the workers' queue, and looks for what has come back.</summary>
public sealed class GenerationDispatcher(IPrivateStore privateStore, ICandidateStore candidates, IDrawingStore drawings, IGenerationQueue queue)
{
    /// <summary>Queues every job of the generation whose shard is not stored yet. Single drawings of the generation before are not needed any more.</summary>
    public async Task<GenerationShards> DispatchAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        var jobs = PopulationLayout.Jobs(run.Recipe, generation);
        var stored = await candidates.ListShardsAsync(runId, generation, cancellationToken);
        if (generation > 0)
        {
            await drawings.DeleteAsync(runId, generation - 1, cancellationToken);
        }

        await queue.EnqueueAsync([.. jobs.ExceptBy(stored, job => job.Shard)], cancellationToken);
        return Describe(jobs, stored);
    }

    /// <summary>Looks how many of the generation's shards are stored.</summary>
    public async Task<GenerationShards> CountAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        return Describe(PopulationLayout.Jobs(run.Recipe, generation), await candidates.ListShardsAsync(runId, generation, cancellationToken));
    }

    private static GenerationShards Describe(IReadOnlyList<GenerationJob> jobs, IReadOnlyList<int> stored) =>
        new(jobs.Count, jobs.Sum(job => job.Count), stored.Count(shard => shard < jobs.Count));
}

/// <summary>How far a generation is. Numbers only, whatever its size: histories are kept and loaded whole.</summary>
/// <param name="Shards">Its shards.</param>
/// <param name="Candidates">Its candidates, in all shards together.</param>
/// <param name="Stored">Shards that are stored.</param>
public sealed record GenerationShards(int Shards, int Candidates, int Stored);
