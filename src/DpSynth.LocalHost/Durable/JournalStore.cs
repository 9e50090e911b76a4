using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// Where orchestrations live: container <c>&lt;hub&gt;-journal</c>, with a record for each instance (<c>instances/&lt;id&gt;</c>) and
/// a journal for its current execution (<c>journals/&lt;id&gt;/&lt;execution&gt;</c>).
/// </summary>
internal sealed class JournalStore(BlobServiceClient storage, string hubName)
{
    private const string StatusKey = "status";

    private static readonly JsonSerializerOptions _json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly BlobContainerClient _container = storage.GetBlobContainerClient(hubName.ToLowerInvariant() + "-journal");

    /// <summary>Runs before each write, so that a test can stop the world there.</summary>
    public Func<CancellationToken, Task> BeforeWriteAsync { get; init; } = _ => Task.CompletedTask;

    public Task EnsureAsync(CancellationToken cancellationToken) =>
        _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    public async Task<InstanceRecord?> ReadAsync(string instanceId, CancellationToken cancellationToken)
    {
        try
        {
            var content = await RecordBlob(instanceId).DownloadContentAsync(cancellationToken);
            return content.Value.Content.ToObjectFromJson<InstanceRecord>(_json);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public async Task WriteAsync(InstanceRecord record, CancellationToken cancellationToken)
    {
        await BeforeWriteAsync(cancellationToken);
        var options = new BlobUploadOptions
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [StatusKey] = record.Status.ToString() },
        };

        // Unconditional: one engine works on a hub, and an instance has one writer at a time.
        await RecordBlob(record.InstanceId).UploadAsync(BinaryData.FromObjectAsJson(record, _json), options, cancellationToken);
    }

    /// <summary>The ids of all instances, or of those only that have not ended.</summary>
    public async IAsyncEnumerable<string> ListAsync(bool liveOnly, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string prefix = "instances/";
        await foreach (var blob in _container.GetBlobsAsync(new() { Traits = BlobTraits.Metadata, Prefix = prefix }, cancellationToken))
        {
            var ended = blob.Metadata.TryGetValue(StatusKey, out var text)
                && Enum.TryParse<OrchestrationRuntimeStatus>(text, out var status)
                && InstanceRecord.IsEnd(status);
            if (!liveOnly || !ended)
            {
                yield return Uri.UnescapeDataString(blob.Name[prefix.Length..]);
            }
        }
    }

    public Task<Journal> CreateJournalAsync(
        string instanceId, int execution, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        Journal.CreateAsync(JournalBlob(instanceId, execution), this, entries, cancellationToken);

    public Task<Journal> OpenJournalAsync(string instanceId, int execution, CancellationToken cancellationToken) =>
        Journal.OpenAsync(JournalBlob(instanceId, execution), this, cancellationToken);

    /// <summary>Deletes the journal of an execution that is over.</summary>
    public Task DeleteJournalAsync(string instanceId, int execution, CancellationToken cancellationToken) =>
        JournalBlob(instanceId, execution).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);

    /// <summary>Deletes the journals of all executions before the given one; of all, if none is given.</summary>
    public async Task DeleteJournalsAsync(string instanceId, int? before, CancellationToken cancellationToken)
    {
        var kept = before is { } execution ? JournalName(instanceId, execution) : null;
        await foreach (var blob in _container.GetBlobsAsync(
            new() { Prefix = $"journals/{Uri.EscapeDataString(instanceId)}/" }, cancellationToken))
        {
            if (kept is null || string.CompareOrdinal(blob.Name, kept) < 0)
            {
                await _container.DeleteBlobIfExistsAsync(blob.Name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
            }
        }
    }

    public Task DeleteRecordAsync(string instanceId, CancellationToken cancellationToken) =>
        RecordBlob(instanceId).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);

    private static string JournalName(string instanceId, int execution) =>
        string.Create(CultureInfo.InvariantCulture, $"journals/{Uri.EscapeDataString(instanceId)}/{execution:D8}");

    private BlobClient RecordBlob(string instanceId) => _container.GetBlobClient("instances/" + Uri.EscapeDataString(instanceId));

    private AppendBlobClient JournalBlob(string instanceId, int execution) =>
        _container.GetAppendBlobClient(JournalName(instanceId, execution));
}
