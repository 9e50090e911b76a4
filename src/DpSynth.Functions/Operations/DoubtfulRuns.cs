using DpSynth.Ledgers;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Operations;

/// <summary>
/// Ends runs of which it cannot be told any more what they have measured, because the storage died and not all of it could be put back. What they had
/// reserved may have been spent, so all of it is.
/// </summary>
public sealed class DoubtfulRuns(IRunRegistry registry, IPrivacyLedger ledger, StrandedRuns stranded)
{
    private const string Reason =
        "The storage died, and it cannot be told what the run had measured by then: all that it had reserved counts as spent. "
        + "Submit its request again under a new run id.";

    /// <summary>Charges and ends every open run that has reserved anything.</summary>
    /// <returns>The runs that were ended.</returns>
    public async Task<IReadOnlyList<string>> ChargeAsync(CancellationToken cancellationToken)
    {
        var ended = new List<string>();
        await foreach (var run in registry.ListOpenAsync(cancellationToken))
        {
            var (runId, dataset) = (run.Request.RunId, run.Request.Dataset);
            if (await FindAsync(dataset, runId, cancellationToken) is not { } share)
            {
                continue;
            }

            foreach (var measurement in share.Closed ? [] : share.Measurements)
            {
                await ledger.SpendAsync(dataset, runId, measurement.Key, cancellationToken);
            }

            await stranded.EndAsync(runId, Reason, cancellationToken);
            ended.Add(runId);
        }

        return ended;
    }

    /// <summary>
    /// The run's share of the budget; null if it has none: it begins again, and reserves again before it measures, so that what it may have measured
    /// is spent then. Null too if the ledger is not what was written: then nothing is measured on its dataset any more.
    /// </summary>
    private async Task<RunBudget?> FindAsync(string dataset, string runId, CancellationToken cancellationToken)
    {
        try
        {
            return (await ledger.ReadAsync(dataset, cancellationToken)).Runs.SingleOrDefault(share => share.RunId == runId);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
