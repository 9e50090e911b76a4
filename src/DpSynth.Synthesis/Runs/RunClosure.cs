using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Runs;

/// <summary>Ends a run, however it went: what was reserved and not spent is free again, and workers drop what is left of its jobs.</summary>
public sealed class RunClosure(IRunRecords records, ICandidateStore candidates, IDrawingStore drawings, IPrivacyLedger ledger)
{
    /// <summary>Closes the run; a second call changes nothing.</summary>
    /// <returns>What the run's releases cost; of a run that another version planned, at the δ of its ledger's cap and under add/remove.</returns>
    public async Task<ClosedRun> CloseAsync(string runId, CancellationToken cancellationToken)
    {
        await candidates.MarkEndedAsync(runId, cancellationToken);
        await drawings.DeleteAsync(runId, generation: null, cancellationToken);
        if (await records.ReadRecordAsync<RunPlanHeader>(runId, RunPlan.RecordName, cancellationToken) is not { } header)
        {
            return new ClosedRun(0, null);
        }

        await ledger.CloseAsync(header.Request.Dataset, runId, cancellationToken);
        var budget = await ledger.ReadAsync(header.Request.Dataset, cancellationToken);
        var run = budget.Runs.SingleOrDefault(run => run.RunId == runId);
        PrivacyEvent[] spent = [.. (run?.Measurements ?? []).Where(static made => made.SpentAt is not null).Select(static made => made.Event)];
        if (!header.IsKnown)
        {
            return spent.Length == 0 ? new ClosedRun(0, null) : new ClosedRun(Cost.EpsilonOf(spent, budget.CapDelta, Adjacency.AddRemove), budget.CapDelta);
        }

        var guarantee = (await records.ReadPlanAsync(runId, cancellationToken)).Guarantee;
        var reserved = await records.ReadRecordAsync<ReservedRun>(runId, ReservedRun.RecordName, cancellationToken);
        var delta = reserved?.Delta ?? guarantee.Delta ?? (spent.Length > 0 ? RunCalibration.ProvisionalDelta : null);
        return new ClosedRun(delta is { } known ? Cost.EpsilonOf(spent, known, guarantee.Adjacency) : 0, delta);
    }
}

/// <summary>What a run cost in the end.</summary>
/// <param name="EpsilonSpent">ε of the releases the ledger holds, at <paramref name="Delta"/>.</param>
/// <param name="Delta">δ of the run; null where the run ended before it was known.</param>
public sealed record ClosedRun(double EpsilonSpent, double? Delta);
