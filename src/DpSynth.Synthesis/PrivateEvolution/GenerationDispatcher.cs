using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>Puts the jobs of a generation on the workers' queue, and looks for what has come back.</summary>
public sealed class GenerationDispatcher(IRunRecords records, ICandidateStore candidates, IDrawingStore drawings, IGenerationQueue queue, WorkerCheck check)
{
    /// <summary>Queues every job of the generation whose shard is not stored yet. Single drawings of the generation before are not needed any more.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="generation">0 to T, or <see cref="WorkerCheck.Generation"/>, which has one shard and is asked for before the run is settled.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<GenerationShards> DispatchAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        if (generation == WorkerCheck.Generation)
        {
            return await DispatchCheckAsync(runId, cancellationToken);
        }

        var run = await records.ReadSettledAsync(runId, cancellationToken);
        var jobs = run.Recipe.Generation(generation).Jobs;
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
        if (generation == WorkerCheck.Generation)
        {
            return await CountCheckAsync(runId, cancellationToken);
        }

        var run = await records.ReadSettledAsync(runId, cancellationToken);
        return Describe(run.Recipe.Generation(generation).Jobs, await candidates.ListShardsAsync(runId, generation, cancellationToken));
    }

    private async Task<GenerationShards> DispatchCheckAsync(string runId, CancellationToken cancellationToken)
    {
        var request = (await records.ReadPlanAsync(runId, cancellationToken)).Request;
        await check.AskAsync(runId, new CheckedTools(request.Generator, request.Embedder, request.Image.ToShape()), cancellationToken);
        var known = await CountCheckAsync(runId, cancellationToken);
        await queue.EnqueueAsync(known.Stored == 0 ? [WorkerCheck.Job(runId)] : [], cancellationToken);
        return known;
    }

    private async Task<GenerationShards> CountCheckAsync(string runId, CancellationToken cancellationToken) =>
        new(Shards: 1, Candidates: 1, Stored: await check.IsConfirmedAsync(runId, cancellationToken) ? 1 : 0);

    private static GenerationShards Describe(IReadOnlyList<GenerationJob> jobs, IReadOnlyList<int> stored) =>
        new(jobs.Count, jobs.Sum(job => job.Count), stored.Count(shard => shard < jobs.Count));
}

/// <summary>How far a generation is. Numbers only, whatever its size: histories are kept and loaded whole.</summary>
/// <param name="Shards">Its shards.</param>
/// <param name="Candidates">Its candidates, in all shards together.</param>
/// <param name="Stored">Shards that are stored.</param>
public sealed record GenerationShards(int Shards, int Candidates, int Stored);
