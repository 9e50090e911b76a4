using System.Security.Cryptography;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DpSynth.Functions.Runs;

/// <summary>
/// Takes events with requests that Event Grid pushes to the app. Off in Azure unless the installation turns it on: the queue needs no way in
/// from outside the network, and keeps what the app cannot take at once.
/// </summary>
public sealed partial class OnRequestPushed(RunStarter starter, ILogger<OnRequestPushed> logger)
{
    /// <summary>
    /// Starts the run that an event asks for, as <see cref="OnRunRequested"/> does for a message. Nobody is known to have asked: an event
    /// says nothing about its publisher that was checked. An event that cannot be served is recorded with its reason and taken all the same:
    /// a failure would make Event Grid push it for a day, and it would be no better then. Where storage does not answer the call fails, and
    /// the event comes again.
    /// </summary>
    /// <remarks>Bound as bytes, for both forms of events, and so that one that does not parse is refused here and not before.</remarks>
    [Function(nameof(OnRequestPushed))]
    public async Task RunAsync([EventGridTrigger] BinaryData pushed, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pushed);
        var envelope = RequestEnvelope.Read(pushed);
        try
        {
            var request = envelope?.Request ?? throw new RequestException("What was pushed is no event, neither in CloudEvents' form nor in Event Grid's own.");
            await starter.StartAsync(request, submittedBy: null, client, cancellationToken);
        }
        catch (RequestException fault)
        {
            await RejectAsync(fault.RunId, fault.Message);
        }
        catch (RunConflictException conflict)
        {
            // Under the event's id: the run id's own status belongs to the request that came first.
            await RejectAsync(null, conflict.Message);
        }

        Task RejectAsync(string? runId, string reason)
        {
            LogRefused(logger);
            var id = envelope?.Id is { Length: > 0 } given ? given : Convert.ToHexStringLower(SHA256.HashData(pushed.ToMemory().Span));
            return starter.RejectAsync(runId, id, reason, cancellationToken);
        }
    }

    [LoggerMessage(140, LogLevel.Warning, "A pushed event asked for a run that cannot be served; the reason stands with the refused requests.")]
    private static partial void LogRefused(ILogger logger);
}
