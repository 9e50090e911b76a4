using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Operations;

/// <summary>
/// Starts runs that are registered, so that their requests have been accepted, and have no orchestration: the app was stopped between the two, or
/// the task hub was lost. Steps that were taken before are found again.
/// </summary>
public sealed class UnstartedRuns(IRunRegistry registry, RunStarter starter, ICandidateStore candidates, IReleaseStore releases, StrandedRuns stranded)
{
    private const string Unknown =
        "The run had ended, and the storage died before it was recorded how. What it spent stays spent; submit its request again under a new run id.";

    /// <summary>Starts all there are.</summary>
    /// <param name="registeredBefore">Leaves those alone that were registered later: whoever did it is about to start them.</param>
    /// <param name="client">Starts orchestrations.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The runs that were started.</returns>
    public async Task<IReadOnlyList<string>> StartAsync(DateTimeOffset registeredBefore, DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var started = new List<string>();
        await foreach (var run in registry.ListOpenAsync(cancellationToken))
        {
            var runId = run.Request.RunId;
            if (run.SubmittedAt > registeredBefore || await client.GetInstanceAsync(runId, cancellation: cancellationToken) is not null)
            {
                continue;
            }

            if (await candidates.HasEndedAsync(runId, cancellationToken))
            {
                // Workers make nothing for it any more, and its ledger is closed: only the record of its end is missing.
                await RecordEndAsync(runId, cancellationToken);
                continue;
            }

            await starter.StartAsync(run.Request, client, cancellationToken);
            started.Add(runId);
        }

        return started;
    }

    private async Task RecordEndAsync(string runId, CancellationToken cancellationToken)
    {
        var isPublished = (await releases.ListAsync(runId, cancellationToken)).Any(static file => file.Name == RunManifest.FileName);
        await stranded.EndAsync(
            runId,
            closed => new RunOutcome
            {
                State = isPublished ? RunState.Succeeded : RunState.Failed,
                EpsilonSpent = closed.EpsilonSpent,
                Delta = closed.Delta,
                Reason = isPublished ? null : Unknown,
                Release = isPublished ? releases.LocationOf(runId) : null,
            },
            cancellationToken);
    }
}
