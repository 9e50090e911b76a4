using System.Text.Json;
using Azure.Storage.Queues.Models;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Takes the workers' answers off the queue <c>generation-results</c>.</summary>
public sealed class OnGenerationCompleted(RunStarter starter)
{
    /// <summary>Raises the run's event. An answer for a run that is over finds nobody, and that is well.</summary>
    [Function(nameof(OnGenerationCompleted))]
    public async Task RunAsync(
        [QueueTrigger("generation-results")] QueueMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            await TakeAsync(MessageText.Of(message), client, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await starter.RecordLostAsync(message, ExchangeLayout.GenerationResults, cancellationToken);
            throw;
        }
    }

    private static async Task TakeAsync(BinaryData message, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var answer = JsonSerializer.Deserialize<WorkerAnswer>(message, SynthesisJson.Options)
            ?? throw new JsonException("A message on 'generation-results' holds no answer.");
        answer = answer with { Error = Refusal.Cut(answer.Error) };
        await (answer switch
        {
            GenerationResult result => client.RaiseEventAsync(result.RunId, RunEvents.GenerationCompleted, result, cancellationToken),
            CheckResult result => client.RaiseEventAsync(result.RunId, RunEvents.WorkerChecked, result, cancellationToken),
            _ => throw new JsonException($"A message on 'generation-results' holds a {answer.GetType().Name}, of which nobody knows."),
        });
    }
}
