using Azure.Messaging.EventGrid;
using Azure.Storage.Queues.Models;
using DpSynth.Functions.Runs;
using DpSynth.Ledgers;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DpSynth.Functions.Datasets;

/// <summary>Takes the announcements of uploads off the queue <c>dataset-events</c>, where Event Grid puts them.</summary>
public sealed partial class OnDatasetUploaded(IPrivacyLedger ledger, RunStarter starter, ILogger<OnDatasetUploaded> logger)
{
    private const string SubjectPrefix = "/blobServices/default/containers/private-data/blobs/";

    /// <summary>Says so where a blob was uploaded to a dataset without a policy: no run may use it until its owner approves one.</summary>
    [Function(nameof(OnDatasetUploaded))]
    public async Task RunAsync([QueueTrigger("dataset-events")] QueueMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            await OpenAsync(MessageText.Of(message), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await starter.RecordLostAsync(message, ExchangeLayout.DatasetEvents, cancellationToken);
            throw;
        }
    }

    private async Task OpenAsync(BinaryData announcements, CancellationToken cancellationToken)
    {
        foreach (var dataset in EventGridEvent.ParseMany(announcements).Select(DatasetOf).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (!Identifier.IsValid(dataset))
            {
                LogUnusableName(logger, Identifier.Rule);
            }
            else if ((await ledger.ReadAsync(dataset, cancellationToken)).Policy is null)
            {
                LogNoPolicy(logger, dataset);
            }
        }
    }

    /// <summary>The dataset whose blob an event announces; null for events of another kind or container, or blobs outside any folder.</summary>
    internal static string? DatasetOf(EventGridEvent announcement)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        if (announcement.EventType != SystemEventNames.StorageBlobCreated
            || !announcement.Subject.StartsWith(SubjectPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var blob = announcement.Subject[SubjectPrefix.Length..];
        var slash = blob.IndexOf('/');
        return slash > 0 ? blob[..slash] : null;
    }

    [LoggerMessage(
        EventId = 100,
        Level = LogLevel.Warning,
        Message = "A blob was uploaded to a folder of 'private-data' whose name cannot be a dataset's; a name has {Rule}.")]
    private static partial void LogUnusableName(ILogger logger, string rule);

    [LoggerMessage(
        EventId = 101,
        Level = LogLevel.Warning,
        Message = "A blob was uploaded to the dataset '{Dataset}', which has no policy: runs on it are refused until its owner approves one.")]
    private static partial void LogNoPolicy(ILogger logger, string dataset);
}
