using System.Runtime.CompilerServices;
using DpSynth.Functions.Callers;
using DpSynth.Synthesis.Requests.OpenAIImages;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Puts together what the API shows of runs: the registered request, the orchestration's status, or the rejection.</summary>
public sealed class RunViews(IRunRegistry registry, ISharedRecords records)
{
    /// <summary>One run; null if there is none that the caller may see.</summary>
    public async Task<RunView?> FindAsync(string runId, Caller caller, DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(client);
        if (await registry.ReadAsync(runId, cancellationToken) is { } run)
        {
            return caller.MayRead(run.SubmittedBy)
                ? Show(run, await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken)) with
                {
                    Spending = run.Request.Generator is OpenAIImagesOptions ? await ImageSpending.ReadAsync(records, runId, cancellationToken) : null,
                }
                : null;
        }

        return caller.MayRead(submittedBy: null) && await registry.ReadRejectionAsync(runId, cancellationToken) is { } rejection ? Show(rejection) : null;
    }

    /// <summary>The accepted runs that the caller may see, newest first.</summary>
    public async IAsyncEnumerable<RunView> ListAsync(Caller caller, DurableTaskClient client, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(client);
        await foreach (var run in registry.ListAsync(cancellationToken))
        {
            if (!caller.MayRead(run.SubmittedBy))
            {
                continue;
            }

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
