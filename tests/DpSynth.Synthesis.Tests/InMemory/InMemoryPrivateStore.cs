using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Synthesis.Tests.InMemory;

/// <summary>The private store without storage; <see cref="BeforeWrite"/> lets a test break off at any write.</summary>
internal sealed class InMemoryPrivateStore : IPrivateStore
{
    private readonly ConcurrentDictionary<string, string> records = new();
    private readonly ConcurrentDictionary<string, double[]> counts = new();
    private readonly ConcurrentDictionary<string, EmbeddingMatrix> embeddings = new();

    public SortedDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Called with the name of what is about to be written.</summary>
    public Action<string> BeforeWrite { get; set; } = _ => { };

    public Task<DatasetListing?> ListDatasetAsync(string dataset, CancellationToken cancellationToken)
    {
        DatasetBlob[] blobs =
        [
            .. Blobs.Where(blob => blob.Key.StartsWith(dataset + "/", StringComparison.Ordinal)).Select(blob =>
            {
                var parts = blob.Key.Split('/');
                return new DatasetBlob(blob.Key, parts.Length > 2 ? parts[1] : null, blob.Value.Length, IsArchive: false);
            }),
        ];
        return Task.FromResult(blobs.Length == 0 ? null : new DatasetListing(dataset, blobs));
    }

    public Task<IReadOnlyList<string>> ListDatasetsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Blobs.Keys.Select(name => name.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)]);

    public async IAsyncEnumerable<PrivateImage> ReadImagesAsync(IReadOnlyList<string> blobs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var name in blobs)
        {
            yield return new PrivateImage(name, Blobs[name]);
        }
    }

    public Task<bool> TryCreateRecordAsync<T>(string runId, string name, T record, CancellationToken cancellationToken)
        where T : class
    {
        BeforeWrite(name);
        return Task.FromResult(records.TryAdd($"{runId}/{name}", JsonSerializer.Serialize(record, SynthesisJson.Options)));
    }

    /// <summary>Puts a record in another's place.</summary>
    public void Replace<T>(string runId, string name, T record) => records[$"{runId}/{name}"] = JsonSerializer.Serialize(record, SynthesisJson.Options);

    public Task<T?> ReadRecordAsync<T>(string runId, string name, CancellationToken cancellationToken)
        where T : class =>
        Task.FromResult(records.TryGetValue($"{runId}/{name}", out var json) ? JsonSerializer.Deserialize<T>(json, SynthesisJson.Options) : null);

    public Task WriteEmbeddingsAsync(string runId, int shard, EmbeddingMatrix embeddings, CancellationToken cancellationToken)
    {
        BeforeWrite($"embeddings-{shard}");
        this.embeddings[$"{runId}/{shard}"] = embeddings;
        return Task.CompletedTask;
    }

    public Task<EmbeddingMatrix?> ReadEmbeddingsAsync(string runId, int shard, CancellationToken cancellationToken) =>
        Task.FromResult(embeddings.GetValueOrDefault($"{runId}/{shard}"));

    public Task WriteVotesAsync(string runId, int iteration, int shard, ReadOnlyMemory<double> votes, CancellationToken cancellationToken)
    {
        BeforeWrite($"votes-{iteration}-{shard}");
        counts[$"{runId}/votes/{iteration}/{shard}"] = votes.ToArray();
        return Task.CompletedTask;
    }

    public Task<double[]?> ReadVotesAsync(string runId, int iteration, int shard, CancellationToken cancellationToken) =>
        Task.FromResult(counts.GetValueOrDefault($"{runId}/votes/{iteration}/{shard}"));

    public Task<double[]> PersistHistogramAsync(
        string runId, int iteration, int classIndex, ReadOnlyMemory<double> noisyCounts, CancellationToken cancellationToken)
    {
        BeforeWrite($"histogram-{iteration}-{classIndex}");
        return Task.FromResult(counts.GetOrAdd($"{runId}/histogram/{iteration}/{classIndex}", noisyCounts.ToArray()));
    }

    public Task<double[]?> ReadHistogramAsync(string runId, int iteration, int classIndex, CancellationToken cancellationToken) =>
        Task.FromResult(counts.GetValueOrDefault($"{runId}/histogram/{iteration}/{classIndex}"));
}
