using System.Text.Json;
using Azure.Messaging.EventGrid;
using Azure.Storage.Queues.Models;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Takes the announcements of request files off the queue <c>request-files</c>, where Event Grid puts them.</summary>
public sealed class OnRequestFile(RunStarter starter, IRequestFiles files, TimeProvider time)
{
    private static readonly string SubjectPrefix = $"/blobServices/default/containers/{ExchangeLayout.Requests}/blobs/";

    /// <summary>
    /// Starts the run that a file asks for, as <see cref="OnRunRequested"/> does for a message, and writes the answer beside the file. A
    /// file that cannot be served is answered with the reason, and its announcement fails, so that it ends on the poison queue.
    /// </summary>
    [Function(nameof(OnRequestFile))]
    public async Task RunAsync(
        [QueueTrigger("request-files")] QueueMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var announced = Read(MessageText.Of(message));
        var failures = new List<Exception>();
        if (announced is null)
        {
            const string Unreadable = "A message on 'request-files' holds no events of Event Grid: they are what announces files.";
            await starter.RejectAsync(null, message, Unreadable, cancellationToken);
            throw new InvalidOperationException(Unreadable);
        }

        foreach (var file in announced.Distinct(StringComparer.Ordinal))
        {
            try
            {
                await ServeAsync(file, message, client, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // The others are served all the same.
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
        {
            throw new InvalidOperationException(
                $"{failures.Count} of the request files that were announced were not served.", new AggregateException(failures));
        }
    }

    private async Task ServeAsync(string file, QueueMessage message, DurableTaskClient client, CancellationToken cancellationToken)
    {
        try
        {
            if (await files.ReadAsync(file, cancellationToken) is { } json)
            {
                var runId = await starter.StartAsync(json, submittedBy: null, client, cancellationToken);
                await AnswerAsync(file, runId, reason: null, cancellationToken);
            }
        }
        catch (RequestException fault)
        {
            await AnswerAsync(file, fault.RunId, fault.Message, cancellationToken);
            await starter.RejectAsync(fault.RunId, message, fault.Message, cancellationToken);
            throw;
        }
        catch (RunConflictException conflict)
        {
            // Under the message's id: the run id's own status belongs to the request that came first.
            await AnswerAsync(file, conflict.RunId, conflict.Message, cancellationToken);
            await starter.RejectAsync(null, message, conflict.Message, cancellationToken);
            throw;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await starter.RecordLostAsync(message, ExchangeLayout.RequestFiles, cancellationToken);
            throw;
        }
    }

    /// <summary>The request files that the events in a message announce; null where the message holds no events. One that is none is passed over.</summary>
    private static List<string>? Read(BinaryData content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            var events = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root];
            var parsed = Array.ConvertAll(events, one => Parse(one));
            return parsed.Length > 0 && Array.TrueForAll(parsed, one => one is null)
                ? null
                : [.. parsed.OfType<EventGridEvent>().Select(FileOf).OfType<string>()];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static EventGridEvent? Parse(JsonElement one)
    {
        try
        {
            return EventGridEvent.Parse(BinaryData.FromString(one.GetRawText()));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The request file that an event announces; null for events of another kind, other containers, and what the app itself writes.</summary>
    internal static string? FileOf(EventGridEvent announcement)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        if (announcement.EventType != SystemEventNames.StorageBlobCreated
            || !announcement.Subject.StartsWith(SubjectPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var name = announcement.Subject[SubjectPrefix.Length..];
        return ExchangeLayout.IsRequestFile(name) ? name : null;
    }

    private Task AnswerAsync(string file, string? runId, string? reason, CancellationToken cancellationToken) =>
        files.AnswerAsync(new RequestFileAnswer(file, runId, reason, time.GetUtcNow()), cancellationToken);
}
