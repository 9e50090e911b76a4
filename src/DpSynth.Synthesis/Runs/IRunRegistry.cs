using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Which requests were accepted, and why others were not (container <c>requests</c>).</summary>
public interface IRunRegistry
{
    /// <summary>Registers a request under its run id, if that id is free or holds the very same request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="submittedBy">The caller's identity where one is known; kept of the first registration.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<Registration> RegisterAsync(RunRequest request, string? submittedBy, CancellationToken cancellationToken);

    /// <summary>Reads an accepted request; null if there is none of that id.</summary>
    Task<RegisteredRun?> ReadAsync(string runId, CancellationToken cancellationToken);

    /// <summary>All accepted requests, newest first.</summary>
    IAsyncEnumerable<RegisteredRun> ListAsync(CancellationToken cancellationToken);

    /// <summary>Records how a run ended, unless that is recorded already.</summary>
    /// <returns>What is recorded: the first record, whoever wrote it.</returns>
    Task<EndedRun> RecordEndAsync(string runId, RunOutcome outcome, CancellationToken cancellationToken);

    /// <summary>How a run ended; null while it has not.</summary>
    Task<EndedRun?> ReadEndAsync(string runId, CancellationToken cancellationToken);

    /// <summary>All runs that are over, the last one first.</summary>
    IAsyncEnumerable<EndedRun> ListEndedAsync(CancellationToken cancellationToken);

    /// <summary>All accepted requests whose run is not over, newest first.</summary>
    IAsyncEnumerable<RegisteredRun> ListOpenAsync(CancellationToken cancellationToken);

    /// <summary>Records why a message was not served, under its run id if it could be read, else under the message's id.</summary>
    Task RejectAsync(Rejection rejection, CancellationToken cancellationToken);

    /// <summary>The rejection recorded for a run id; null if there is none.</summary>
    Task<Rejection?> ReadRejectionAsync(string runId, CancellationToken cancellationToken);

    /// <summary>All rejections, newest first.</summary>
    IAsyncEnumerable<Rejection> ListRejectionsAsync(CancellationToken cancellationToken);
}

/// <summary>An accepted request.</summary>
/// <param name="Request">The request.</param>
/// <param name="SubmittedAt">When it was registered (UTC).</param>
/// <param name="SubmittedBy">The identity of the caller who sent it; null if it came by queue or file, which tell of none.</param>
public sealed record RegisteredRun(RunRequest Request, DateTimeOffset SubmittedAt, string? SubmittedBy = null);

/// <summary>The registry's answer.</summary>
public enum Registration
{
    /// <summary>The request is new and now registered.</summary>
    Registered,

    /// <summary>The same request was registered before.</summary>
    AlreadyRegistered,

    /// <summary>The run id belongs to a different request.</summary>
    Conflict,
}

/// <summary>Why a request was not served.</summary>
/// <param name="RunId">The run id, if one could be read.</param>
/// <param name="MessageId">The id of the queue message or of the pushed event, if it came by one.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Code">The reason's code.</param>
public sealed record Rejection(string? RunId, string? MessageId, string Reason, DateTimeOffset At, string? Code = null);
