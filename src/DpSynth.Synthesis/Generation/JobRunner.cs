namespace DpSynth.Synthesis.Generation;

/// <summary>Does whatever a job asks for: a shard, or the check that comes before all shards.</summary>
public sealed class JobRunner(ShardMaker shards, GeneratorCache generators, WorkerCheck check) : IGenerationJobRunner
{
    /// <inheritdoc/>
    public async Task RunAsync(GenerationJob job, CancellationToken cancellationToken)
    {
        if (!WorkerCheck.Is(job))
        {
            await shards.RunAsync(job, cancellationToken);
            return;
        }

        await generators.TryMakeAsync(await check.ReadAsync(job.RunId, cancellationToken));
        await check.ConfirmAsync(job.RunId, cancellationToken);
    }
}
