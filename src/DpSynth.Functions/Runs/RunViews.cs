using System.Runtime.CompilerServices;
using DpSynth.Functions.Callers;
using DpSynth.Synthesis.Requests.OpenAIImages;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Puts together what the API shows of runs: the registered request, the record of its end or the orchestration's status, or the rejection.</summary>
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
                ? await ShowAsync(run, client, cancellationToken) with
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

            yield return await ShowAsync(run, client, cancellationToken);
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

    /// <summary>A run that is over.</summary>
    internal static RunView Show(RegisteredRun run, EndedRun end) => Describe(run) with
    {
        State = end.Outcome.State,
        Delta = run.Request.Delta ?? end.Outcome.Delta,
        EpsilonSpent = end.Outcome.EpsilonSpent,
        Reason = end.Outcome.Reason,
        Release = end.Outcome.Release,
        UpdatedAt = end.At,
    };

    /// <summary>A run that is over, of whose request nothing is known.</summary>
    internal static RunView Show(EndedRun end) => new()
    {
        Id = end.RunId,
        State = end.Outcome.State,
        Delta = end.Outcome.Delta,
        EpsilonSpent = end.Outcome.EpsilonSpent,
        Reason = end.Outcome.Reason,
        Release = end.Outcome.Release,
        UpdatedAt = end.At,
    };

    /// <summary>The record of its end says how a run ended; until there is one, the orchestration says how it stands.</summary>
    private async Task<RunView> ShowAsync(RegisteredRun run, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var runId = run.Request.RunId;
        return await registry.ReadEndAsync(runId, cancellationToken) is { } end
            ? Show(run, end)
            : Show(run, await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken));
    }

    private static RunView Show(RegisteredRun run, OrchestrationMetadata? instance)
    {
        var outcome = instance is { IsCompleted: true, SerializedOutput: not null, RuntimeStatus: OrchestrationRuntimeStatus.Completed }
            ? instance.ReadOutputAs<RunOutcome>()
            : null;
        var progress = instance is { IsCompleted: false, SerializedCustomStatus: not null } ? instance.ReadCustomStatusAs<RunProgress>() : null;
        return Describe(run) with
        {
            State = outcome?.State ?? (progress is null ? StateOf(instance) : RunState.Running),
            Delta = run.Request.Delta ?? outcome?.Delta,
            EpsilonSpent = outcome?.EpsilonSpent ?? progress?.EpsilonSpent ?? 0,
            Progress = progress,
            Reason = outcome?.Reason ?? (outcome is null ? instance?.FailureDetails?.ErrorMessage : null),
            Release = outcome?.Release,
            UpdatedAt = instance?.LastUpdatedAt,
        };
    }

    /// <summary>What is known of a run from its request.</summary>
    private static RunView Describe(RegisteredRun run) => new()
    {
        Id = run.Request.RunId,
        State = RunState.Pending,
        Dataset = run.Request.Dataset,
        Method = run.Request.Method,
        Generator = run.Request.Generator.Name,
        Epsilon = run.Request.Epsilon,
        Delta = run.Request.Delta,
        SubmittedAt = run.SubmittedAt,
    };

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
