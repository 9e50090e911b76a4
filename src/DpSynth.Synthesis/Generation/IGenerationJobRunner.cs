namespace DpSynth.Synthesis.Generation;

/// <summary>Does the work of one generation job.</summary>
public interface IGenerationJobRunner
{
    /// <summary>Makes the job's shard and stores it; a shard that is already stored is left as it is.</summary>
    /// <exception cref="GenerationException">The job cannot succeed however often it is tried; the message is one sentence.</exception>
    Task RunAsync(GenerationJob job, CancellationToken cancellationToken);
}
