using System.Runtime.CompilerServices;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Storage.Runs;

/// <summary>The registry over the container <c>requests</c>.</summary>
public sealed class RunRegistry(ExchangeAccount account, TimeProvider time, RequestJson json) : IRunRegistry
{
    /// <summary>Registers a request of which no caller is known.</summary>
    public Task<Registration> RegisterAsync(RunRequest request, CancellationToken cancellationToken) => RegisterAsync(request, null, cancellationToken);

    /// <inheritdoc/>
    public async Task<Registration> RegisterAsync(RunRequest request, string? submittedBy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var run = new RegisteredRun(request, time.GetUtcNow(), submittedBy);
        var name = ExchangeLayout.AcceptedRequest(request.RunId);
        var record = StorageJson.Encode(run, json.Options);
        if (await account.Requests.WithContainerAsync(
            () => account.Requests.TryCreateAsync(name, record, BlobCalls.Json, cancellationToken), cancellationToken))
        {
            return Registration.Registered;
        }

        var registered = await ReadAsync(request.RunId, cancellationToken)
            ?? throw new InvalidOperationException($"The request of run '{request.RunId}' was removed while it was being registered.");
        return StorageJson.EncodeCanonically(registered.Request, json.Options).AsSpan().SequenceEqual(StorageJson.EncodeCanonically(request, json.Options))
            ? Registration.AlreadyRegistered
            : Registration.Conflict;
    }

    /// <inheritdoc/>
    public Task<RegisteredRun?> ReadAsync(string runId, CancellationToken cancellationToken) =>
        ReadRecordAsync<RegisteredRun>(ExchangeLayout.AcceptedRequest(runId), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RegisteredRun> ListAsync(CancellationToken cancellationToken) =>
        ListRecordsAsync<RegisteredRun>(ExchangeLayout.AcceptedRequests, cancellationToken);

    /// <inheritdoc/>
    public async Task<EndedRun> RecordEndAsync(string runId, RunOutcome outcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var end = new EndedRun(runId, outcome, time.GetUtcNow());
        await account.Requests.TryCreateAsync(ExchangeLayout.EndedRun(runId), StorageJson.Encode(end), BlobCalls.Json, cancellationToken);

        // Read back even what was just written: a retried upload can lose to another writer without noticing.
        return await ReadEndAsync(runId, cancellationToken)
            ?? throw new InvalidOperationException($"The end of run '{runId}' was removed while it was being recorded.");
    }

    /// <inheritdoc/>
    public Task<EndedRun?> ReadEndAsync(string runId, CancellationToken cancellationToken) =>
        ReadRecordAsync<EndedRun>(ExchangeLayout.EndedRun(runId), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<EndedRun> ListEndedAsync(CancellationToken cancellationToken) =>
        ListRecordsAsync<EndedRun>(ExchangeLayout.EndedRuns, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RegisteredRun> ListOpenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ended = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var item in account.Requests.ListAsync(new() { Prefix = ExchangeLayout.EndedRuns }, cancellationToken))
        {
            ended.Add(item.Name[ExchangeLayout.EndedRuns.Length..]);
        }

        var open = ListRecordsAsync<RegisteredRun>(
            ExchangeLayout.AcceptedRequests, cancellationToken, name => !ended.Contains(name[ExchangeLayout.AcceptedRequests.Length..]));
        await foreach (var run in open)
        {
            yield return run;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The rejection names neither a run nor a message.</exception>
    /// <remarks>The last word counts: a request that is sent again is rejected for what is wrong with it now.</remarks>
    public Task RejectAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        var name = rejection switch
        {
            { RunId: { } runId } => ExchangeLayout.RejectedRun(runId),
            { MessageId: { } messageId } => ExchangeLayout.RejectedMessage(messageId),
            _ => throw new ArgumentException("A rejection names a run or a message.", nameof(rejection)),
        };
        return account.Requests.WriteAsync(name, StorageJson.Encode(rejection), BlobCalls.Json, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Rejection?> ReadRejectionAsync(string runId, CancellationToken cancellationToken) =>
        ReadRecordAsync<Rejection>(ExchangeLayout.RejectedRun(runId), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Rejection> ListRejectionsAsync(CancellationToken cancellationToken) =>
        ListRecordsAsync<Rejection>(ExchangeLayout.Rejections, cancellationToken);

    private async Task<T?> ReadRecordAsync<T>(string name, CancellationToken cancellationToken)
        where T : class =>
        await account.Requests.TryReadAsync(name, cancellationToken) is { } record
            ? StorageJson.Decode<T>(record.ToMemory().Span, $"'{name}' in the container '{ExchangeLayout.Requests}'", json.Options)
            : null;

    private async IAsyncEnumerable<T> ListRecordsAsync<T>(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken, Func<string, bool>? isWanted = null)
        where T : class
    {
        var blobs = new List<(string Name, DateTimeOffset? WrittenAt)>();
        await foreach (var item in account.Requests.ListAsync(new() { Prefix = prefix }, cancellationToken))
        {
            if (isWanted?.Invoke(item.Name) != false)
            {
                blobs.Add((item.Name, item.Properties.LastModified));
            }
        }

        // The service keeps whole seconds; names break ties, so that the order is always the same.
        foreach (var (name, _) in blobs.OrderByDescending(blob => blob.WrittenAt).ThenBy(blob => blob.Name, StringComparer.Ordinal))
        {
            if (await ReadRecordAsync<T>(name, cancellationToken) is { } record)
            {
                yield return record;
            }
        }
    }
}
