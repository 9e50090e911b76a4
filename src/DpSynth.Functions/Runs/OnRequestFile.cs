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
        Exception? refused = null;
        foreach (var file in EventGridEvent.ParseMany(message.Body).Select(FileOf).OfType<string>().Distinct(StringComparer.Ordinal))
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
                refused = fault;
                await AnswerAsync(file, fault.RunId, fault.Message, cancellationToken);
                await starter.RejectAsync(fault.RunId, message, fault.Message, cancellationToken);
            }
            catch (RunConflictException conflict)
            {
                // Under the message's id: the run id's own status belongs to the request that came first.
                refused = conflict;
                await AnswerAsync(file, conflict.RunId, conflict.Message, cancellationToken);
                await starter.RejectAsync(null, message, conflict.Message, cancellationToken);
            }
        }

        if (refused is not null)
        {
            throw new InvalidOperationException(refused.Message, refused);
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
