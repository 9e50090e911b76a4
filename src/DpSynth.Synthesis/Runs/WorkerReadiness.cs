using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Runs;

/// <summary>Asks, before a run's budget is reserved, whether a worker can serve it.</summary>
public sealed class WorkerReadiness(IRunRecords records, WorkerCheck check, IWorkerQueue queue)
{
    /// <summary>Asks, unless one has answered already.</summary>
    /// <returns>Whether one can.</returns>
    public async Task<bool> AskAsync(string runId, CancellationToken cancellationToken)
    {
        var request = (await records.ReadPlanAsync(runId, cancellationToken)).Request;
        return await check.AskAsync(runId, new CheckedTools(request.Generator, request.Embedder, request.Image.ToShape()), queue, cancellationToken);
    }

    /// <summary>Whether one has said that it can.</summary>
    public Task<bool> IsConfirmedAsync(string runId, CancellationToken cancellationToken) => check.IsConfirmedAsync(runId, cancellationToken);
}
