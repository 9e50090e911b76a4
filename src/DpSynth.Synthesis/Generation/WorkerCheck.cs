using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// A run's first job: a worker makes the run's generator and embedder, draws nothing, and says whether it can. It comes before anything private is
/// released, so that what no worker can do costs no budget; it asks no image API, so that it costs no money.
/// </summary>
/// <param name="records">What the app and its workers share.</param>
/// <param name="json">Writes and reads the tools.</param>
public sealed class WorkerCheck(ISharedRecords records, RequestJson json)
{
    /// <summary>Asks workers whether they can serve a run; the second time, only if none has answered.</summary>
    /// <returns>Whether one has said that it can.</returns>
    public async Task<bool> AskAsync(string runId, CheckedTools tools, IWorkerQueue queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        await records.TryWriteAsync(Asked(runId), JsonSerializer.SerializeToUtf8Bytes(tools, json.Options), version: null, cancellationToken);
        if (await IsConfirmedAsync(runId, cancellationToken))
        {
            return true;
        }

        await queue.EnqueueAsync([new CheckJob(runId)], cancellationToken);
        return false;
    }

    /// <summary>Whether a worker has said that it can.</summary>
    public async Task<bool> IsConfirmedAsync(string runId, CancellationToken cancellationToken) =>
        await records.ReadAsync(Confirmed(runId), cancellationToken) is not null;

    /// <summary>Makes what a run asks for, and leaves word that it can be made.</summary>
    /// <exception cref="GenerationException">It cannot, or nothing is asked.</exception>
    /// <exception cref="NotSupportedException">This worker has no such generator.</exception>
    public async Task AnswerAsync(string runId, GeneratorCache generators, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generators);
        var tools = await records.ReadAsync(Asked(runId), cancellationToken) is { } asked
            && JsonSerializer.Deserialize<CheckedTools>(asked.Content.Span, json.Options) is { } found
                ? found
                : throw new GenerationException($"Nothing is known in the candidates' store of what run '{runId}' asks of workers.");
        await generators.TryMakeAsync(tools);
        await records.TryWriteAsync(Confirmed(runId), "{}"u8.ToArray(), version: null, cancellationToken);
    }

    private static SharedRecordId Asked(string runId) => new(runId, "check-asked");

    private static SharedRecordId Confirmed(string runId) => new(runId, "check-confirmed");
}

/// <summary>What a worker needs to be able to make for a run.</summary>
/// <param name="Generator">The generator and its options.</param>
/// <param name="Embedder">The embedder and its options.</param>
/// <param name="Shape">The shape of candidates.</param>
public sealed record CheckedTools(GeneratorOptions Generator, EmbedderOptions Embedder, ImageShape Shape);
