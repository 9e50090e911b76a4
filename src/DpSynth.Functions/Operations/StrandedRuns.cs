using DpSynth.Functions.Announcements;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis.Evolution;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Operations;

/// <summary>
/// Ends runs whose orchestration is over without having ended them: an operator terminated it, or it could not even close its run. What
/// they reserved is free again, and their end is announced.
/// </summary>
public sealed class StrandedRuns(IRunRegistry registry, RunClosure closure, RunAnnouncer announcer, WebhookCaller webhooks)
{
    /// <summary>Ends all there are. Doing it while a run ends by itself does no harm.</summary>
    public async Task EndAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        await foreach (var run in registry.ListOpenAsync(cancellationToken))
        {
            var runId = run.Request.RunId;
            if (await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken) is { IsCompleted: true } instance)
            {
                var closed = await closure.CloseAsync(runId, cancellationToken);
                var announced = await announcer.AnnounceAsync(runId, OutcomeOf(instance, closed), cancellationToken);
                if (announced.HasWebhook)
                {
                    await CallAsync(runId, cancellationToken);
                }
            }
        }
    }

    private static RunOutcome OutcomeOf(OrchestrationMetadata instance, ClosedRun closed)
    {
        var outcome = new RunOutcome { State = RunState.Failed, EpsilonSpent = closed.EpsilonSpent, Delta = closed.Delta };
        return instance.RuntimeStatus switch
        {
            OrchestrationRuntimeStatus.Completed when instance.SerializedOutput is not null => instance.ReadOutputAs<RunOutcome>() ?? outcome,
            OrchestrationRuntimeStatus.Terminated => outcome with { State = RunState.Cancelled, Reason = "The run's orchestration was terminated." },
            _ => outcome with { Reason = instance.FailureDetails?.ErrorMessage ?? "The run's orchestration failed." },
        };
    }

    private async Task CallAsync(string runId, CancellationToken cancellationToken)
    {
        if (await announcer.FindWebhookAsync(runId, cancellationToken) is not var (address, announcement))
        {
            return;
        }

        try
        {
            await webhooks.CallAsync(address, announcement, cancellationToken);
        }
        catch (HttpRequestException)
        {
            // Called once only: nobody waits here to try again, and the queue has the announcement.
        }
    }
}
