namespace DpSynth.Synthesis.Generation;

/// <summary>Does the work of one job.</summary>
public interface IWorkerJobRunner
{
    /// <summary>Does the job; what was done before is left as it is.</summary>
    /// <exception cref="GenerationException">The job cannot succeed however often it is tried; the message is one sentence.</exception>
    Task RunAsync(WorkerJob job, CancellationToken cancellationToken);
}
