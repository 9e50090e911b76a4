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
public sealed class WorkerCheck(ISharedRecords records)
{
    /// <summary>Stands in a job and its answer for the generation.</summary>
    public const int Generation = -1;

    /// <summary>The job of a run.</summary>
    public static GenerationJob Job(string runId) => new(runId, Generation, Shard: 0, ClassIndex: 0, Start: 0, Count: 0);

    /// <summary>Whether a job is such a check.</summary>
    public static bool Is(GenerationJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job with { Returns = 0 } == Job(job.RunId);
    }

    /// <summary>Leaves word what is asked; the second time nothing changes.</summary>
    public Task AskAsync(string runId, CheckedTools tools, CancellationToken cancellationToken) =>
        records.TryWriteAsync(Asked(runId), JsonSerializer.SerializeToUtf8Bytes(tools, SynthesisJson.Options), version: null, cancellationToken);

    /// <summary>What is asked of workers for a run.</summary>
    /// <exception cref="GenerationException">Nothing is.</exception>
    public async Task<CheckedTools> ReadAsync(string runId, CancellationToken cancellationToken) =>
        await records.ReadAsync(Asked(runId), cancellationToken) is { } asked
        && JsonSerializer.Deserialize<CheckedTools>(asked.Content.Span, SynthesisJson.Options) is { } tools
            ? tools
            : throw new GenerationException($"Nothing is known in the container 'candidates' of what run '{runId}' asks of workers.");

    /// <summary>Leaves word that a worker can do it.</summary>
    public Task ConfirmAsync(string runId, CancellationToken cancellationToken) =>
        records.TryWriteAsync(Confirmed(runId), "{}"u8.ToArray(), version: null, cancellationToken);

    /// <summary>Whether a worker has said that it can.</summary>
    public async Task<bool> IsConfirmedAsync(string runId, CancellationToken cancellationToken) =>
        await records.ReadAsync(Confirmed(runId), cancellationToken) is not null;

    private static SharedRecordId Asked(string runId) => new(runId, "check-asked");

    private static SharedRecordId Confirmed(string runId) => new(runId, "check-confirmed");
}

/// <summary>What a worker needs to be able to make for a run.</summary>
/// <param name="Generator">The generator and its options.</param>
/// <param name="Embedder">The embedder and its options.</param>
/// <param name="Shape">The shape of candidates.</param>
public sealed record CheckedTools(GeneratorOptions Generator, EmbedderOptions Embedder, ImageShape Shape);
