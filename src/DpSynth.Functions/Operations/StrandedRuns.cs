using DpSynth.Functions.Announcements;
using DpSynth.Functions.Webhooks;
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
            if (await client.GetInstanceAsync(run.Request.RunId, getInputsAndOutputs: true, cancellationToken) is { IsCompleted: true } instance)
            {
                await EndAsync(run.Request.RunId, closed => OutcomeOf(instance, closed), cancellationToken);
            }
        }
    }

    /// <summary>Ends a run that nothing will go on with.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="reason">Why, in one sentence.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>How it ended; null if there is no such run, or it had ended before.</returns>
    public async Task<RunOutcome?> EndAsync(string runId, string reason, CancellationToken cancellationToken)
    {
        if (await registry.ReadAsync(runId, cancellationToken) is null || await registry.ReadEndAsync(runId, cancellationToken) is not null)
        {
            return null;
        }

        return await EndAsync(
            runId,
            closed => new RunOutcome { State = RunState.Failed, EpsilonSpent = closed.EpsilonSpent, Delta = closed.Delta, Reason = reason },
            cancellationToken);
    }

    /// <summary>Announces the end of a run once more, where the first announcement may be lost.</summary>
    public Task AnnounceAgainAsync(EndedRun end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(end);
        return AnnounceAsync(end.RunId, end.Outcome, cancellationToken);
    }

    /// <summary>Closes a run and ends it as it is found.</summary>
    internal async Task<RunOutcome> EndAsync(string runId, Func<ClosedRun, RunOutcome> outcome, CancellationToken cancellationToken) =>
        await AnnounceAsync(runId, outcome(await closure.CloseAsync(runId, cancellationToken)), cancellationToken);

    private async Task<RunOutcome> AnnounceAsync(string runId, RunOutcome outcome, CancellationToken cancellationToken)
    {
        var announced = await announcer.AnnounceAsync(runId, outcome, cancellationToken);
        if (announced.HasWebhook)
        {
            await CallAsync(runId, cancellationToken);
        }

        return announced.Outcome;
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
