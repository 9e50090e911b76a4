using System.Collections.Concurrent;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Tests.EventPush;

/// <summary>A registry in which every run that is asked for has been before and is over, so that nothing has to be started.</summary>
internal sealed class RememberedRuns : IRunRegistry
{
    /// <summary>A run id that belongs to another request.</summary>
    public const string Taken = "taken";

    /// <summary>A run id at which storage does not answer.</summary>
    public const string Unreachable = "unreachable";

    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<Rejection> Rejections { get; } = new();

    public Task<RegisteredRun?> ReadAsync(string runId, CancellationToken cancellationToken) => runId == Unreachable
        ? throw new IOException("by intention")
        : Task.FromResult<RegisteredRun?>(new RegisteredRun(null!, DateTimeOffset.UnixEpoch));

    public Task<Registration> RegisterAsync(RunRequest request, string? submittedBy, CancellationToken cancellationToken)
    {
        Assert.Null(submittedBy);
        Asked.Enqueue(request.RunId);
        return Task.FromResult(request.RunId == Taken ? Registration.Conflict : Registration.AlreadyRegistered);
    }

    public Task<EndedRun?> ReadEndAsync(string runId, CancellationToken cancellationToken) =>
        Task.FromResult<EndedRun?>(new EndedRun(runId, new RunOutcome { State = RunState.Succeeded }, DateTimeOffset.UnixEpoch));

    public Task RejectAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        Rejections.Enqueue(rejection);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<RegisteredRun> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<EndedRun> RecordEndAsync(string runId, RunOutcome outcome, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<EndedRun> ListEndedAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<RegisteredRun> ListOpenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Rejection?> ReadRejectionAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<Rejection> ListRejectionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
