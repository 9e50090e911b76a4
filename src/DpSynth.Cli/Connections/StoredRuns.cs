using DpSynth.Ledgers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests.OpenAIImages;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Cli.Connections;

/// <summary>Runs as far as the storage alone tells, while no host is running.</summary>
public sealed class StoredRuns(IRunRegistry registry, IReleaseStore releases, ICandidateStore candidates, ISharedRecords records, IPrivacyLedger ledger) : IRunSource
{
    private const string Waiting = "No host is running; the run goes on when one does.";
    private const string Ended = "It ended without a release; start a host to see why.";

    /// <inheritdoc/>
    public async Task<RunView?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        if (await registry.ReadAsync(runId, cancellationToken) is { } run)
        {
            return await ShowAsync(run, cancellationToken);
        }

        return await registry.ReadRejectionAsync(runId, cancellationToken) is { } rejection ? Show(rejection) : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunView>> ListAsync(bool rejected, CancellationToken cancellationToken)
    {
        var views = new List<RunView>();
        if (rejected)
        {
            await foreach (var rejection in registry.ListRejectionsAsync(cancellationToken))
            {
                views.Add(Show(rejection));
            }

            return views;
        }

        await foreach (var run in registry.ListAsync(cancellationToken))
        {
            views.Add(await ShowAsync(run, cancellationToken));
        }

        return views;
    }

    /// <inheritdoc/>
    public Task CancelAsync(string runId, CancellationToken cancellationToken) =>
        throw new CommandException(ExitCode.Failure, "No host is running, so there is nothing to cancel: start one with './dpsynth host'.");

    private async Task<RunView> ShowAsync(RegisteredRun run, CancellationToken cancellationToken)
    {
        var id = run.Request.RunId;
        var isReleased = (await releases.ListAsync(id, cancellationToken)).Any(file => file.Name == "manifest.json");
        var hasEnded = isReleased || await candidates.HasEndedAsync(id, cancellationToken);
        return new RunView
        {
            Id = id,
            State = isReleased ? RunState.Succeeded : hasEnded ? RunState.Failed : RunState.Pending,
            Dataset = run.Request.Dataset,
            Method = run.Request.Method,
            Generator = run.Request.Generator.Name,
            Epsilon = run.Request.Epsilon,
            Delta = run.Request.Delta,
            EpsilonSpent = await SpentAsync(run, cancellationToken),
            Spending = run.Request.Generator is OpenAIImagesOptions ? await ImageSpending.ReadAsync(records, id, cancellationToken) : null,
            Reason = isReleased ? null : hasEnded ? Ended : Waiting,
            Release = isReleased ? $"releases/{id}/" : null,
            SubmittedAt = run.SubmittedAt,
        };
    }

    private async Task<double> SpentAsync(RegisteredRun run, CancellationToken cancellationToken)
    {
        var budget = await ledger.ReadAsync(run.Request.Dataset, cancellationToken);
        return budget.Runs.FirstOrDefault(share => share.RunId == run.Request.RunId) is { } share
            ? BudgetReport.SpentBy(share, run.Request.Delta ?? budget.CapDelta)
            : 0;
    }

    private static RunView Show(Rejection rejection) => new()
    {
        Id = rejection.RunId ?? rejection.MessageId ?? "",
        State = RunState.Refused,
        Reason = rejection.Reason,
        SubmittedAt = rejection.At,
        UpdatedAt = rejection.At,
    };
}
