namespace DpSynth.Synthesis.Generation;

/// <summary>The app's end of the queue <c>generation-jobs</c>.</summary>
public interface IWorkerQueue
{
    /// <summary>Puts jobs on the queue, in order; a job may arrive more than once.</summary>
    Task EnqueueAsync(IReadOnlyList<WorkerJob> jobs, CancellationToken cancellationToken);
}
