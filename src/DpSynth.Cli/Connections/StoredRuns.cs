using DpSynth.Ledgers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Connections;

/// <summary>Runs as far as the storage alone tells, while no host is running.</summary>
/// <param name="queries">What is shown of runs.</param>
/// <param name="releases">Tells which runs have a release.</param>
/// <param name="candidates">Tells which runs are over.</param>
/// <param name="ledger">Tells what runs have spent.</param>
public sealed class StoredRuns(RunQueries queries, IReleaseStore releases, ICandidateStore candidates, IPrivacyLedger ledger) : IRunSource, IRunStatus
{
    private const string Waiting = "No host is running; the run goes on when one does.";
    private const string Ended = "It ended without a release; start a host to see why.";

    /// <inheritdoc/>
    public Task<RunView?> FindAsync(string runId, CancellationToken cancellationToken) => queries.FindAsync(runId, static _ => true, this, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunView>> ListAsync(bool rejected, CancellationToken cancellationToken)
    {
        var views = new List<RunView>();
        await foreach (var view in rejected ? queries.ListRejectedAsync(cancellationToken) : queries.ListAsync(static _ => true, this, cancellationToken))
        {
            views.Add(view);
        }

        return views;
    }

    /// <inheritdoc/>
    public Task CancelAsync(string runId, CancellationToken cancellationToken) =>
        throw new CommandException(ExitCode.Failure, "No host is running, so there is nothing to cancel: start one with './dpsynth host'.");

    /// <summary>How a run stands whose end nobody has recorded: it waits, or was broken off between its end and the record.</summary>
    async Task<RunStatus> IRunStatus.ReadAsync(RegisteredRun run, CancellationToken cancellationToken)
    {
        var id = run.Request.RunId;
        var isReleased = (await releases.ListAsync(id, cancellationToken)).Any(file => file.Name == RunManifest.FileName);
        var hasEnded = isReleased || await candidates.HasEndedAsync(id, cancellationToken);
        return new RunStatus(
            isReleased ? RunState.Succeeded : hasEnded ? RunState.Failed : RunState.Pending, await SpentAsync(run, cancellationToken))
        {
            Reason = isReleased ? null : hasEnded ? Ended : Waiting,
            Release = isReleased ? $"releases/{id}/" : null,
        };
    }

    private async Task<double> SpentAsync(RegisteredRun run, CancellationToken cancellationToken)
    {
        var budget = await ledger.ReadAsync(run.Request.Dataset, cancellationToken);
        return budget.Runs.FirstOrDefault(share => share.RunId == run.Request.RunId) is { } share
            ? BudgetReport.SpentBy(share, run.Request.Delta ?? budget.CapDelta)
            : 0;
    }
}
