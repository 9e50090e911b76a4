using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Testing.InMemory;

/// <summary>The private store without storage; <see cref="BeforeWrite"/> lets a test break off at any write.</summary>
public sealed class InMemoryPrivateStore : IPrivateStore
{
    /// <summary>How records are written.</summary>
    public RequestJson Json { get; set; } = RequestParts.Json;

    private readonly ConcurrentDictionary<string, string> records = new();
    private readonly ConcurrentDictionary<string, long[]> counts = new();
    private readonly ConcurrentDictionary<string, NeighbourTable> neighbours = new();
    private readonly ConcurrentDictionary<string, EmbeddingMatrix> embeddings = new();

    /// <summary>What lies in <c>private-data</c>; an entry of an archive stands under <c>archive.tar!entry</c>, notes end in <c>.csv</c>.</summary>
    public SortedDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Called with the name of what is about to be written.</summary>
    public Action<string> BeforeWrite { get; set; } = _ => { };

    public Task<DatasetListing?> ListDatasetAsync(string dataset, CancellationToken cancellationToken)
    {
        DatasetBlob[] blobs =
        [
            .. Blobs.Keys
                .Where(name => name.StartsWith(dataset + "/", StringComparison.Ordinal) && !name.EndsWith(".csv", StringComparison.Ordinal))
                .Select(static name => name.Split('!')[0])
                .Distinct()
                .Select(name =>
                {
                    var parts = name.Split('/');
                    return new DatasetBlob(
                        name, parts.Length > 2 ? parts[1] : null, 1, IsArchive: name.EndsWith(".tar", StringComparison.Ordinal), VersionOf(name));
                }),
        ];
        return Task.FromResult(blobs.Length == 0 ? null : new DatasetListing(dataset, blobs));
    }

    public Task<IReadOnlyList<string>> ListDatasetsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Blobs.Keys.Select(name => name.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)]);

    public async IAsyncEnumerable<PrivateImage> ReadImagesAsync(
        IReadOnlyList<string> blobs, IReadOnlyList<string>? versions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (position, name) in blobs.Index())
        {
            if (versions is not null && versions[position] != VersionOf(name))
            {
                throw DatasetChangedException.Of(name);
            }

            foreach (var (image, content) in Blobs.Where(blob => blob.Key == name || blob.Key.StartsWith(name + "!", StringComparison.Ordinal)))
            {
                yield return new PrivateImage(image, content);
            }
        }
    }

    public Task<Stream?> OpenNoteAsync(string dataset, string fileName, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(Blobs.TryGetValue($"{dataset}/{fileName}", out var content) ? new MemoryStream(content, writable: false) : null);

    public Task<bool> TryCreateRecordAsync<T>(string runId, string name, T record, CancellationToken cancellationToken)
        where T : class
    {
        BeforeWrite(name);
        return Task.FromResult(records.TryAdd($"{runId}/{name}", JsonSerializer.Serialize(record, Json.Options)));
    }

    /// <summary>Puts a record in another's place.</summary>
    public void Replace<T>(string runId, string name, T record) => records[$"{runId}/{name}"] = JsonSerializer.Serialize(record, Json.Options);

    public Task<T?> ReadRecordAsync<T>(string runId, string name, CancellationToken cancellationToken)
        where T : class =>
        Task.FromResult(records.TryGetValue($"{runId}/{name}", out var json) ? JsonSerializer.Deserialize<T>(json, Json.Options) : null);

    public Task WriteEmbeddingsAsync(string runId, int shard, EmbeddingMatrix embeddings, CancellationToken cancellationToken)
    {
        BeforeWrite($"embeddings-{shard}");
        this.embeddings[$"{runId}/{shard}"] = embeddings;
        return Task.CompletedTask;
    }

    public Task<EmbeddingMatrix?> ReadEmbeddingsAsync(string runId, int shard, CancellationToken cancellationToken) =>
        Task.FromResult(embeddings.GetValueOrDefault($"{runId}/{shard}"));

    public Task WriteVotesAsync(string runId, int iteration, int shard, ReadOnlyMemory<long> votes, CancellationToken cancellationToken)
    {
        BeforeWrite($"votes-{iteration}-{shard}");
        counts[$"{runId}/votes/{iteration}/{shard}"] = votes.ToArray();
        return Task.CompletedTask;
    }

    public Task<long[]?> ReadVotesAsync(string runId, int iteration, int shard, CancellationToken cancellationToken) =>
        Task.FromResult(counts.GetValueOrDefault($"{runId}/votes/{iteration}/{shard}"));

    public Task WriteNeighboursAsync(string runId, int iteration, int shard, NeighbourTable neighbours, CancellationToken cancellationToken)
    {
        BeforeWrite($"neighbours-{iteration}-{shard}");
        this.neighbours[$"{runId}/{iteration}/{shard}"] = neighbours;
        return Task.CompletedTask;
    }

    public Task<NeighbourTable?> ReadNeighboursAsync(string runId, int iteration, int shard, CancellationToken cancellationToken) =>
        Task.FromResult(neighbours.GetValueOrDefault($"{runId}/{iteration}/{shard}"));

    public Task<long[]> PersistReleaseAsync(
        string runId, string key, int part, ReadOnlyMemory<long> noisyCounts, CancellationToken cancellationToken)
    {
        BeforeWrite($"released-{key}-{part}");
        return Task.FromResult(counts.GetOrAdd($"{runId}/released/{key}/{part}", noisyCounts.ToArray()));
    }

    public Task<long[]?> ReadReleaseAsync(string runId, string key, int part, CancellationToken cancellationToken) =>
        Task.FromResult(counts.GetValueOrDefault($"{runId}/released/{key}/{part}"));

    public Task<int> DeleteExactWorkAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>A version that tells content apart; of an archive, that of all its entries.</summary>
    private string VersionOf(string name) => Convert.ToHexString(SHA256.HashData(
        [.. Blobs.Where(blob => blob.Key == name || blob.Key.StartsWith(name + "!", StringComparison.Ordinal)).SelectMany(static blob => blob.Value)]));
}
