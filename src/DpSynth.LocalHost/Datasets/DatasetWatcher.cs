using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Datasets;

/// <summary>
/// Plays Event Grid: looks for new blobs in <c>private-data</c> and announces each on the queue <c>dataset-events</c> as the event
/// <c>Microsoft.Storage.BlobCreated</c>. At least once; it spends at most a twentieth of its time on listing.
/// </summary>
/// <remarks>
/// A message holds one event, as Event Grid's do, as long as a look finds no more than a hundred new blobs; of larger uploads a message
/// holds an array of events, for which Event Grid's schema provides too.
/// </remarks>
internal sealed partial class DatasetWatcher(
    BlobServiceClient privateStorage, QueueServiceClient exchange, string stateFile, ILogger<DatasetWatcher> logger) : BackgroundService
{
    private const string ContainerName = "private-data";
    private const string QueueName = "dataset-events";
    private const int UnpackedEvents = 100;
    private const int LargestPack = 40;

    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1);

    private readonly BlobContainerClient _container = privateStorage.GetBlobContainerClient(ContainerName);
    private readonly QueueClient _queue = exchange.GetQueueClient(QueueName);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var announced = AnnouncedBlobs.Load(stateFile);
        while (true)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                announced = await LookAsync(announced, stoppingToken);
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // Nobody has uploaded anything yet.
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }

            var pause = 20 * clock.Elapsed;
            await Task.Delay(pause > _shortestPause ? pause : _shortestPause, stoppingToken);
        }
    }

    private async Task<AnnouncedBlobs> LookAsync(AnnouncedBlobs announced, CancellationToken stop)
    {
        DateTimeOffset? startedAt = null;
        List<BlobItem> recent = [];
        await foreach (var page in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, stop).AsPages())
        {
            startedAt ??= page.GetRawResponse().Headers.Date ?? DateTimeOffset.UtcNow;
            recent.AddRange(page.Values.Where(announced.IsRecent));
        }

        var fresh = recent.Where(announced.IsNew).ToArray();
        if (fresh.Length > 0)
        {
            await AnnounceAsync(fresh, stop);
            LogAnnounced(logger, fresh.Length);
        }

        var after = announced.After(recent, startedAt!.Value);
        if (fresh.Length > 0)
        {
            after.Save(stateFile);
        }

        return after;
    }

    private async Task AnnounceAsync(BlobItem[] fresh, CancellationToken stop)
    {
        await _queue.CreateIfNotExistsAsync(cancellationToken: stop);
        var pack = fresh.Length <= UnpackedEvents ? 1 : LargestPack;
        await Parallel.ForEachAsync(
            fresh.Chunk(pack),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stop },
            async (blobs, token) =>
            {
                JsonNode message = blobs is [var only] ? Event(only) : new JsonArray([.. blobs.Select(Event)]);
                var body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(message));
                await _queue.SendMessageAsync(body, token);
            });
    }

    private JsonObject Event(BlobItem blob) => new()
    {
        ["topic"] = $"/subscriptions/local/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/{_container.AccountName}",
        ["subject"] = $"/blobServices/default/containers/{ContainerName}/blobs/{blob.Name}",
        ["eventType"] = "Microsoft.Storage.BlobCreated",
        ["id"] = Guid.NewGuid().ToString(),
        ["eventTime"] = (blob.Properties.LastModified ?? DateTimeOffset.UtcNow).ToString("O", CultureInfo.InvariantCulture),
        ["dataVersion"] = "",
        ["metadataVersion"] = "1",
        ["data"] = new JsonObject
        {
            ["api"] = "PutBlob",
            ["eTag"] = blob.Properties.ETag?.ToString("G"),
            ["contentType"] = blob.Properties.ContentType,
            ["contentLength"] = blob.Properties.ContentLength,
            ["blobType"] = blob.Properties.BlobType switch
            {
                BlobType.Append => "AppendBlob",
                BlobType.Page => "PageBlob",
                _ => "BlockBlob",
            },
            ["url"] = _container.GetBlobClient(blob.Name).Uri.ToString(),
        },
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} new blobs of private-data are announced.")]
    private static partial void LogAnnounced(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for new blobs in private-data failed; trying again.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
