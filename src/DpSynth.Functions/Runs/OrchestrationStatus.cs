using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>How runs stand, as their orchestrations say.</summary>
internal sealed class OrchestrationStatus(DurableTaskClient client) : IRunStatus
{
    /// <inheritdoc/>
    public async Task<RunStatus> ReadAsync(RegisteredRun run, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(run.Request.RunId, getInputsAndOutputs: true, cancellationToken);
        var outcome = instance is { IsCompleted: true, SerializedOutput: not null, RuntimeStatus: OrchestrationRuntimeStatus.Completed }
            ? instance.ReadOutputAs<RunOutcome>()
            : null;
        var isBroken = outcome is null && instance?.FailureDetails is not null;
        var progress = instance is { IsCompleted: false, SerializedCustomStatus: not null } ? instance.ReadCustomStatusAs<RunProgress>() : null;
        return new RunStatus(
            outcome?.State ?? (progress is null ? StateOf(instance) : RunState.Running),
            outcome?.EpsilonSpent ?? progress?.EpsilonSpent ?? 0)
        {
            Delta = outcome?.Delta,
            Progress = progress,
            Code = outcome?.Code ?? (isBroken ? Refusal.StepFailed.Code : null),
            Reason = outcome?.Reason ?? (isBroken ? Refusal.StepFailed.Sentence : null),
            Release = outcome?.Release,
            UpdatedAt = instance?.LastUpdatedAt,
        };
    }

    private static RunState StateOf(OrchestrationMetadata? instance) => instance?.RuntimeStatus switch
    {
        null or OrchestrationRuntimeStatus.Pending => RunState.Pending,
        OrchestrationRuntimeStatus.Failed => RunState.Failed,
        OrchestrationRuntimeStatus.Terminated => RunState.Cancelled,
        _ => RunState.Running,
    };
}
