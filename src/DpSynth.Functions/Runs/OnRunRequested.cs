using Azure.Storage.Queues.Models;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Takes requests off the queue <c>run-requests</c>: bare ones, and events that Event Grid puts there with a request in each.</summary>
public sealed class OnRunRequested(RunStarter starter)
{
    /// <summary>
    /// Starts the run a message asks for. A message that cannot be served is recorded with its reason and fails, so that it ends on
    /// the poison queue, where the copy carries no reason.
    /// </summary>
    [Function(nameof(OnRunRequested))]
    public async Task RunAsync(
        [QueueTrigger("run-requests")] QueueMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            await starter.StartAsync(RequestEnvelope.Open(MessageText.Of(message)), submittedBy: null, client, cancellationToken);
        }
        catch (RequestException fault)
        {
            await starter.RejectAsync(fault.RunId, message, fault.Message, cancellationToken);
            throw;
        }
        catch (RunConflictException conflict)
        {
            // Under the message's id: the run id's own status belongs to the request that came first.
            await starter.RejectAsync(null, message, conflict.Message, cancellationToken);
            throw;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await starter.RecordLostAsync(message, ExchangeLayout.RunRequests, cancellationToken);
            throw;
        }
    }
}
