using System.Runtime.CompilerServices;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Puts together what the API shows of runs: the registered request, the orchestration's status, or the rejection.</summary>
public sealed class RunViews(IRunRegistry registry)
{
    /// <summary>One run; null if nobody knows of it.</summary>
    public async Task<RunView?> FindAsync(string runId, DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (await registry.ReadAsync(runId, cancellationToken) is { } run)
        {
            return Show(run, await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken));
        }

        return await registry.ReadRejectionAsync(runId, cancellationToken) is { } rejection ? Show(rejection) : null;
    }

    /// <summary>All accepted runs, newest first.</summary>
    public async IAsyncEnumerable<RunView> ListAsync(DurableTaskClient client, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        await foreach (var run in registry.ListAsync(cancellationToken))
        {
            yield return Show(run, await client.GetInstanceAsync(run.Request.RunId, getInputsAndOutputs: true, cancellationToken));
        }
    }

    /// <summary>Requests that were not served, newest first.</summary>
    public async IAsyncEnumerable<RunView> ListRejectedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var rejection in registry.ListRejectionsAsync(cancellationToken))
        {
            yield return Show(rejection);
        }
    }

    private static RunView Show(RegisteredRun run, OrchestrationMetadata? instance)
    {
        var outcome = instance is { IsCompleted: true, SerializedOutput: not null, RuntimeStatus: OrchestrationRuntimeStatus.Completed }
            ? instance.ReadOutputAs<RunOutcome>()
            : null;
        var progress = instance is { IsCompleted: false, SerializedCustomStatus: not null } ? instance.ReadCustomStatusAs<RunProgress>() : null;
        return new RunView
        {
            Id = run.Request.RunId,
            State = outcome?.State ?? StateOf(instance),
            Dataset = run.Request.Dataset,
            Method = run.Request.Method,
            Generator = run.Request.Generator.Name,
            Epsilon = run.Request.Epsilon,
            Delta = run.Request.Delta ?? outcome?.Delta,
            EpsilonSpent = outcome?.EpsilonSpent ?? progress?.EpsilonSpent ?? 0,
            Progress = progress,
            Reason = outcome?.Reason ?? (outcome is null ? instance?.FailureDetails?.ErrorMessage : null),
            Release = outcome?.Release,
            SubmittedAt = run.SubmittedAt,
            UpdatedAt = instance?.LastUpdatedAt,
        };
    }

    private static RunView Show(Rejection rejection) => new()
    {
        Id = rejection.RunId ?? rejection.MessageId ?? "",
        State = RunState.Refused,
        Reason = rejection.Reason,
        SubmittedAt = rejection.At,
        UpdatedAt = rejection.At,
    };

    private static RunState StateOf(OrchestrationMetadata? instance) => instance?.RuntimeStatus switch
    {
        null or OrchestrationRuntimeStatus.Pending => RunState.Pending,
        OrchestrationRuntimeStatus.Failed => RunState.Failed,
        OrchestrationRuntimeStatus.Terminated => RunState.Cancelled,
        _ => RunState.Running,
    };
}
