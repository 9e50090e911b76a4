using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Queues;

/// <summary>The app's end of the queue <c>generation-jobs</c>.</summary>
public sealed class WorkerQueue(ExchangeAccount account) : IWorkerQueue
{
    /// <inheritdoc/>
    public async Task EnqueueAsync(IReadOnlyList<WorkerJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var queue = account.Queue(ExchangeLayout.GenerationJobs);
        await Parallel.ForEachAsync(
            jobs,
            new ParallelOptions { MaxDegreeOfParallelism = BlobCalls.ParallelCalls, CancellationToken = cancellationToken },
            async (job, stop) => await queue.SendMessageAsync(BinaryData.FromBytes(StorageJson.Encode(job)), cancellationToken: stop));
    }
}
