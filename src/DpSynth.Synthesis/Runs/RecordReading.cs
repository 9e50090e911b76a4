using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>Reads back what earlier steps of a run have recorded.</summary>
internal static class RecordReading
{
    /// <summary>The plan of a run.</summary>
    /// <exception cref="InvalidOperationException">The run has not been planned.</exception>
    public static async Task<RunPlan> ReadPlanAsync(this IRunRecords records, string runId, CancellationToken cancellationToken) =>
        await records.ReadRecordAsync<RunPlan>(runId, RunPlan.RecordName, cancellationToken)
        ?? throw new InvalidOperationException($"Run '{runId}' has no plan.");

    /// <summary>What was fixed for a run when its budget was reserved.</summary>
    /// <exception cref="InvalidOperationException">The run has no reserved budget.</exception>
    public static async Task<ReservedRun> ReadReservedAsync(this IRunRecords records, string runId, CancellationToken cancellationToken) =>
        await records.ReadRecordAsync<ReservedRun>(runId, ReservedRun.RecordName, cancellationToken)
        ?? throw new InvalidOperationException($"Run '{runId}' has no reserved budget.");

    /// <summary>What was found in a private shard when it was embedded.</summary>
    /// <exception cref="InvalidOperationException">The shard has not been embedded.</exception>
    public static async Task<EmbeddedShard> ReadEmbeddedAsync(
        this IRunRecords records, string runId, int shard, CancellationToken cancellationToken) =>
        await records.ReadRecordAsync<EmbeddedShard>(runId, EmbeddedShard.RecordName(shard), cancellationToken)
        ?? throw new InvalidOperationException($"Private shard {shard} of run '{runId}' has not been embedded.");
}
