using DpSynth.Synthesis.Budgets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Ends a run, however it went: what was reserved and not spent is free again, and workers drop what is left of its jobs.</summary>
public sealed class RunClosure(IPrivateStore privateStore, ICandidateStore candidates, IBudgetLedger ledger)
{
    /// <summary>Closes the run; a second call changes nothing.</summary>
    /// <returns>What the run's releases cost.</returns>
    public async Task<ClosedRun> CloseAsync(string runId, CancellationToken cancellationToken)
    {
        await candidates.MarkEndedAsync(runId, cancellationToken);
        if (await privateStore.ReadRecordAsync<RunPlan>(runId, RunPlan.RecordName, cancellationToken) is not { } plan)
        {
            return new ClosedRun(0);
        }

        await ledger.CloseAsync(plan.Request.Dataset, runId, cancellationToken);
        var budget = await ledger.ReadAsync(plan.Request.Dataset, cancellationToken);
        var releases = budget.Runs.SingleOrDefault(run => run.RunId == runId)?.Releases.Count ?? 0;
        return new ClosedRun(Cost.EpsilonOf(plan, releases));
    }
}

/// <summary>What a run cost in the end.</summary>
/// <param name="EpsilonSpent">ε of the releases the ledger holds, at the run's δ.</param>
public sealed record ClosedRun(double EpsilonSpent);
