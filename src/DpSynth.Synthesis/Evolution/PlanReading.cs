using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Reads a run's plan back.</summary>
internal static class PlanReading
{
    /// <summary>The plan of a run.</summary>
    /// <exception cref="InvalidOperationException">The run has not been planned.</exception>
    public static async Task<RunPlan> ReadPlanAsync(this IPrivateStore privateStore, string runId, CancellationToken cancellationToken) =>
        await privateStore.ReadRecordAsync<RunPlan>(runId, RunPlan.RecordName, cancellationToken)
        ?? throw new InvalidOperationException($"Run '{runId}' has no plan.");
}
