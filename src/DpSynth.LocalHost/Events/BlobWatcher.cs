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

namespace DpSynth.LocalHost.Events;

/// <summary>
/// Plays Event Grid: looks for new blobs in a container and announces each on a queue as the event
/// <c>Microsoft.Storage.BlobCreated</c>. At least once; it spends at most a twentieth of its time on listing.
/// </summary>
/// <param name="container">The container.</param>
/// <param name="queue">The queue, which is made if missing.</param>
/// <param name="isWatched">Which blobs of the container are announced, by name.</param>
/// <param name="stateFile">Where it is kept what has been announced.</param>
/// <param name="lag">How much later than it was announced: as long as an emulator that dies may lose the message.</param>
/// <param name="logger">The log.</param>
/// <remarks>
/// A message holds one event, as Event Grid's do, as long as a look finds no more than a hundred new blobs; of larger uploads a message
/// holds an array of events, for which Event Grid's schema provides too.
/// </remarks>
internal sealed partial class BlobWatcher(
    BlobContainerClient container, QueueClient queue, Func<string, bool> isWatched, string stateFile, TimeSpan lag, ILogger<BlobWatcher> logger)
    : BackgroundService
{
    /// <summary>In this time the emulator has saved what it was given: it does so every five seconds.</summary>
    public static readonly TimeSpan EmulatorSaves = TimeSpan.FromSeconds(20);

    private const int UnpackedEvents = 100;
    private const int LargestPack = 40;

    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1);

    private readonly Queue<(long At, AnnouncedBlobs Marks)> _unsaved = [];

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
                LogFailed(logger, e, container.Name);
            }

            var pause = 20 * clock.Elapsed;
            await Task.Delay(pause > _shortestPause ? pause : _shortestPause, stoppingToken);
        }
    }

    private async Task<AnnouncedBlobs> LookAsync(AnnouncedBlobs announced, CancellationToken stop)
    {
        DateTimeOffset? startedAt = null;
        List<BlobItem> recent = [];
        await foreach (var page in container.GetBlobsAsync(cancellationToken: stop).AsPages())
        {
            startedAt ??= page.GetRawResponse().Headers.Date ?? DateTimeOffset.UtcNow;
            recent.AddRange(page.Values.Where(blob => isWatched(blob.Name) && announced.IsRecent(blob)));
        }

        var fresh = recent.Where(announced.IsNew).ToArray();
        if (fresh.Length > 0)
        {
            await AnnounceAsync(fresh, stop);
            LogAnnounced(logger, fresh.Length, container.Name);
        }

        var after = announced.After(recent, startedAt!.Value);
        if (fresh.Length > 0)
        {
            _unsaved.Enqueue((Environment.TickCount64, after));
        }

        SaveOlderThan(lag);
        return after;
    }

    /// <summary>After an orderly end nothing is announced again.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        SaveOlderThan(TimeSpan.Zero);
    }

    private void SaveOlderThan(TimeSpan age)
    {
        AnnouncedBlobs? last = null;
        while (_unsaved.TryPeek(out var oldest) && Environment.TickCount64 - oldest.At >= age.TotalMilliseconds)
        {
            last = _unsaved.Dequeue().Marks;
        }

        last?.Save(stateFile);
    }

    private async Task AnnounceAsync(BlobItem[] fresh, CancellationToken stop)
    {
        await queue.CreateIfNotExistsAsync(cancellationToken: stop);
        var pack = fresh.Length <= UnpackedEvents ? 1 : LargestPack;
        await Parallel.ForEachAsync(
            fresh.Chunk(pack),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stop },
            async (blobs, token) =>
            {
                JsonNode message = blobs is [var only] ? Event(only) : new JsonArray([.. blobs.Select(Event)]);
                var body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(message));
                await queue.SendMessageAsync(body, token);
            });
    }

    private JsonObject Event(BlobItem blob) => new()
    {
        ["topic"] = $"/subscriptions/local/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/{container.AccountName}",
        ["subject"] = $"/blobServices/default/containers/{container.Name}/blobs/{blob.Name}",
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
            ["url"] = container.GetBlobClient(blob.Name).Uri.ToString(),
        },
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} new blobs of {Container} are announced.")]
    private static partial void LogAnnounced(ILogger logger, int count, string container);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for new blobs in {Container} failed; trying again.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string container);
}
