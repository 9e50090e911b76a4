namespace DpSynth.Synthesis.Generation;

/// <summary>Does whatever a job asks for: a shard, or the check that comes before all shards.</summary>
public sealed class JobRunner(ShardMaker shards, WorkerCheck check, GeneratorCache generators) : IWorkerJobRunner
{
    /// <inheritdoc/>
    public Task RunAsync(WorkerJob job, CancellationToken cancellationToken) => job switch
    {
        GenerationJob generation => shards.RunAsync(generation, cancellationToken),
        CheckJob => check.AnswerAsync(job.RunId, generators, cancellationToken),
        _ => throw new GenerationException($"This worker knows no job such as {job?.GetType().Name}."),
    };
}
