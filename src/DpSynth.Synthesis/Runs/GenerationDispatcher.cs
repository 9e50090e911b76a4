using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Runs;

/// <summary>Puts the jobs of a generation on the workers' queue, and looks for what has come back.</summary>
public sealed class GenerationDispatcher(IRunRecords records, ICandidateStore candidates, IDrawingStore drawings, IWorkerQueue queue)
{
    /// <summary>Queues every job of the generation whose shard is not stored yet. Single drawings of the generation before are not needed any more.</summary>
    public async Task<GenerationShards> DispatchAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        var jobs = await JobsAsync(runId, generation, cancellationToken);
        var stored = await candidates.ListShardsAsync(runId, generation, cancellationToken);
        if (generation > 0)
        {
            await drawings.DeleteAsync(runId, generation - 1, cancellationToken);
        }

        await queue.EnqueueAsync([.. jobs.ExceptBy(stored, job => job.Shard)], cancellationToken);
        return Describe(jobs, stored);
    }

    /// <summary>Looks how many of the generation's shards are stored.</summary>
    public async Task<GenerationShards> CountAsync(string runId, int generation, CancellationToken cancellationToken) =>
        Describe(await JobsAsync(runId, generation, cancellationToken), await candidates.ListShardsAsync(runId, generation, cancellationToken));

    private async Task<IReadOnlyList<GenerationJob>> JobsAsync(string runId, int generation, CancellationToken cancellationToken) =>
        new Population((await records.ReadReservedAsync(runId, cancellationToken)).Recipe, generation).Jobs;

    private static GenerationShards Describe(IReadOnlyList<GenerationJob> jobs, IReadOnlyList<int> stored) =>
        new(jobs.Count, jobs.Sum(job => job.Count), stored.Count(shard => shard < jobs.Count));
}

/// <summary>How far a generation is. Numbers only, whatever its size: histories are kept and loaded whole.</summary>
/// <param name="Shards">Its shards.</param>
/// <param name="Candidates">Its candidates, in all shards together.</param>
/// <param name="Stored">Shards that are stored.</param>
public sealed record GenerationShards(int Shards, int Candidates, int Stored);
