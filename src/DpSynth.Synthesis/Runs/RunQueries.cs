using System.Runtime.CompilerServices;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Synthesis.Runs;

/// <summary>How a run stands that has no record of its end: whoever works on runs knows.</summary>
public interface IRunStatus
{
    /// <summary>How the run stands.</summary>
    Task<RunStatus> ReadAsync(RegisteredRun run, CancellationToken cancellationToken);
}

/// <summary>How a run stands.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="EpsilonSpent">ε spent so far, at the run's δ.</param>
public sealed record RunStatus(RunState State, double EpsilonSpent = 0)
{
    /// <summary>δ of the run; null while only its request knows it.</summary>
    public double? Delta { get; init; }

    /// <summary>Progress of a run in flight; null for others.</summary>
    public RunProgress? Progress { get; init; }

    /// <summary>Why it stands so; null where that needs no words.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason's code; null if there is none.</summary>
    public string? Code { get; init; }

    /// <summary>Where the release is; null if there is none.</summary>
    public string? Release { get; init; }

    /// <summary>When it last changed (UTC); null if nobody knows.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>
/// What is shown of runs, to whoever asks and however: the registered request, with the record of its end or else its status, or the rejection.
/// </summary>
public sealed class RunQueries(IRunRegistry registry, ISharedRecords records)
{
    /// <summary>One run; null if there is none that may be seen.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="maySee">Whether runs of a submitter, null where none is known, may be seen.</param>
    /// <param name="status">Knows how runs stand.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<RunView?> FindAsync(string runId, Func<string?, bool> maySee, IRunStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(maySee);
        ArgumentNullException.ThrowIfNull(status);
        if (await registry.ReadAsync(runId, cancellationToken) is { } run)
        {
            return maySee(run.SubmittedBy)
                ? await ShowAsync(run, status, cancellationToken) with
                {
                    Spending = run.Request.Generator.Descriptor.CostsMoney ? await ImageSpending.ReadAsync(records, runId, cancellationToken) : null,
                }
                : null;
        }

        return maySee(null) && await registry.ReadRejectionAsync(runId, cancellationToken) is { } rejection ? Show(rejection) : null;
    }

    /// <summary>The accepted runs that may be seen, newest first.</summary>
    /// <param name="maySee">Whether runs of a submitter, null where none is known, may be seen.</param>
    /// <param name="status">Knows how runs stand.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async IAsyncEnumerable<RunView> ListAsync(
        Func<string?, bool> maySee, IRunStatus status, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(maySee);
        ArgumentNullException.ThrowIfNull(status);
        await foreach (var run in registry.ListAsync(cancellationToken))
        {
            if (maySee(run.SubmittedBy))
            {
                yield return await ShowAsync(run, status, cancellationToken);
            }
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
    public static RunView Show(RegisteredRun run, EndedRun end)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(end);
        return Show(run, StatusOf(end));
    }

    /// <summary>A run that is over, of whose request nothing is known.</summary>
    public static RunView Show(EndedRun end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return With(new RunView { Id = end.RunId, State = RunState.Pending }, StatusOf(end));
    }

    /// <summary>The record of its end says how a run ended, whatever anybody else knows.</summary>
    private async Task<RunView> ShowAsync(RegisteredRun run, IRunStatus status, CancellationToken cancellationToken) =>
        await registry.ReadEndAsync(run.Request.RunId, cancellationToken) is { } end
            ? Show(run, end)
            : Show(run, await status.ReadAsync(run, cancellationToken));

    private static RunView Show(RegisteredRun run, RunStatus status) => With(
        new RunView
        {
            Id = run.Request.RunId,
            State = RunState.Pending,
            Dataset = run.Request.Dataset,
            Method = run.Request.Method,
            Generator = run.Request.Generator.Name,
            Epsilon = run.Request.Epsilon,
            Delta = run.Request.Delta,
            SubmittedAt = run.SubmittedAt,
        },
        status);

    private static RunView With(RunView view, RunStatus status) => view with
    {
        State = status.State,
        Delta = view.Delta ?? status.Delta,
        EpsilonSpent = status.EpsilonSpent,
        Progress = status.Progress,
        Code = status.Code,
        Reason = status.Reason,
        Release = status.Release,
        UpdatedAt = status.UpdatedAt,
    };

    private static RunStatus StatusOf(EndedRun end) => new(end.Outcome.State, end.Outcome.EpsilonSpent)
    {
        Delta = end.Outcome.Delta,
        Code = end.Outcome.Code,
        Reason = end.Outcome.Reason,
        Release = end.Outcome.Release,
        UpdatedAt = end.At,
    };

    private static RunView Show(Rejection rejection) => new()
    {
        Id = rejection.RunId ?? rejection.MessageId ?? "",
        State = RunState.Refused,
        Code = rejection.Code,
        Reason = rejection.Reason,
        SubmittedAt = rejection.At,
        UpdatedAt = rejection.At,
    };
}
