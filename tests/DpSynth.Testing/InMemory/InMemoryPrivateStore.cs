using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Testing.InMemory;

/// <summary>The private store without storage; <see cref="BeforeWrite"/> lets a test break off at any write.</summary>
public sealed class InMemoryPrivateStore
    : IDatasetStore, IRunRecords, IOwnerDetails, IPrivateEmbeddings, IExactWork, IMeasurements, IExactWorkRetention
{
    /// <summary>How records are written.</summary>
    public RequestJson Json { get; set; } = RequestParts.Json;

    private static readonly string[] _notes = [".json", ".csv", ".txt", ".md"];

    private readonly ConcurrentDictionary<(string Run, string Name), string> records = new();
    private readonly ConcurrentDictionary<(string Run, string Step, string Code), OwnerDetail> details = new();
    private readonly ConcurrentDictionary<(string Run, string Key, int Part), long[]> releases = new();
    private readonly ConcurrentDictionary<(string Run, int Iteration, int Shard), long[]> votes = new();
    private readonly ConcurrentDictionary<(string Run, int Iteration, int Shard), NeighbourTable> neighbours = new();
    private readonly ConcurrentDictionary<(string Run, int Shard), EmbeddingMatrix> embeddings = new();

    /// <summary>What lies in <c>private-data</c>.</summary>
    public InMemoryBlobs Blobs { get; } = [];

    /// <summary>Called with the name of what is about to be written.</summary>
    public Action<string> BeforeWrite { get; set; } = _ => { };

    public Task<DatasetListing?> ListDatasetAsync(string dataset, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        string[] files = [.. Blobs.Files.Where(name => name.StartsWith(dataset + "/", StringComparison.Ordinal))];
        return files.Length == 0
            ? null
            : new DatasetListing(dataset, [.. files.Where(IsImage).Select(Describe)], files.Contains($"{dataset}/{DatasetListing.UploadMarker}"));
    });

    public Task<bool> IsUploadingAsync(string dataset, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => Blobs.Files.Contains($"{dataset}/{DatasetListing.UploadMarker}"));

    public Task<IReadOnlyList<string>> ListDatasetsAsync(CancellationToken cancellationToken) => Answer.To<IReadOnlyList<string>>(cancellationToken, () =>
        [.. Blobs.Keys.Where(static name => name.Contains('/', StringComparison.Ordinal))
            .Select(static name => name.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)]);

    public async IAsyncEnumerable<PrivateImage> ReadImagesAsync(
        IReadOnlyList<string> blobs, IReadOnlyList<string>? versions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (position, name) in blobs.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Blobs.VersionOf(name) is not { } version || (versions is not null && versions[position] != version))
            {
                throw DatasetChangedException.Of(name);
            }

            foreach (var image in Blobs.Find(name) is { } content
                ? Unpack(name, content)
                : Blobs.EntriesOf(name).Select(static entry => new PrivateImage(entry.Key, entry.Value)))
            {
                yield return image;
            }
        }
    }

    public Task<Stream?> OpenNoteAsync(string dataset, string fileName, CancellationToken cancellationToken) => Answer.To<Stream?>(
        cancellationToken, () => Blobs.Find($"{dataset}/{fileName}") is { } content ? new MemoryStream(content, writable: false) : null);

    public Task<bool> TryCreateRecordAsync<T>(string runId, string name, T record, CancellationToken cancellationToken)
        where T : class => Answer.To(cancellationToken, () =>
    {
        BeforeWrite(name);
        return records.TryAdd((runId, name), JsonSerializer.Serialize(record, Json.Options));
    });

    /// <summary>Puts a record in another's place, which no step of a run can.</summary>
    public void Replace<T>(string runId, string name, T record) => records[(runId, name)] = JsonSerializer.Serialize(record, Json.Options);

    public Task<T?> ReadRecordAsync<T>(string runId, string name, CancellationToken cancellationToken)
        where T : class => Answer.To(cancellationToken, () =>
        records.TryGetValue((runId, name), out var json) ? JsonSerializer.Deserialize<T>(json, Json.Options) : null);

    public Task WriteDetailAsync(string runId, OwnerDetail detail, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        BeforeWrite($"detail-{detail.Step}-{detail.Code}");
        details[(runId, detail.Step, detail.Code)] = detail;
    });

    public Task<IReadOnlyList<OwnerDetail>> ListDetailsAsync(string runId, CancellationToken cancellationToken) => Answer.To<IReadOnlyList<OwnerDetail>>(
        cancellationToken,
        () => [.. details.Where(pair => pair.Key.Run == runId).Select(pair => pair.Value).OrderBy(detail => (detail.Step, detail.Code))]);

    public Task WriteEmbeddingsAsync(
        string runId, int shard, EmbeddingMatrix embeddings, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        BeforeWrite($"embeddings-{shard}");
        this.embeddings[(runId, shard)] = Copy(embeddings);
    });

    public Task<EmbeddingMatrix?> ReadEmbeddingsAsync(string runId, int shard, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => embeddings.TryGetValue((runId, shard), out var stored) ? Copy(stored) : null);

    public Task WriteVotesAsync(
        string runId, int iteration, int shard, ReadOnlyMemory<long> votes, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        BeforeWrite($"votes-{iteration}-{shard}");
        this.votes[(runId, iteration, shard)] = votes.ToArray();
    });

    public Task<long[]?> ReadVotesAsync(string runId, int iteration, int shard, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => (long[]?)votes.GetValueOrDefault((runId, iteration, shard))?.Clone());

    public Task WriteNeighboursAsync(
        string runId, int iteration, int shard, NeighbourTable neighbours, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        BeforeWrite($"neighbours-{iteration}-{shard}");
        this.neighbours[(runId, iteration, shard)] = Copy(neighbours);
    });

    public Task<NeighbourTable?> ReadNeighboursAsync(string runId, int iteration, int shard, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => neighbours.TryGetValue((runId, iteration, shard), out var stored) ? Copy(stored) : null);

    public Task<long[]> PersistMeasurementAsync(
        string runId, string key, int part, ReadOnlyMemory<long> noisyCounts, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        BeforeWrite($"measured-{key}-{part}");
        return (long[])releases.GetOrAdd((runId, key, part), noisyCounts.ToArray()).Clone();
    });

    public Task<long[]?> ReadMeasurementAsync(string runId, string key, int part, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => (long[]?)releases.GetValueOrDefault((runId, key, part))?.Clone());

    public Task<int> DeleteExactWorkAsync(string runId, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        embeddings.RemoveWhere(key => key.Run == runId);
        votes.RemoveWhere(key => key.Run == runId);
        neighbours.RemoveWhere(key => key.Run == runId);
        return 0;
    });

    private static EmbeddingMatrix Copy(EmbeddingMatrix matrix) => new(matrix.Rows, matrix.Columns, matrix.Values.ToArray());

    private static NeighbourTable Copy(NeighbourTable table) => new(table.Queries, table.Neighbours, table.Indices.ToArray());

    private static bool IsArchive(string name) => name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is neither hidden nor a note.</summary>
    private static bool IsImage(string name)
    {
        var parts = name.Split('/');
        return !parts.Any(static part => part.StartsWith('.')) && !parts[^1].StartsWith('_')
            && !_notes.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
    }

    private static List<PrivateImage> Unpack(string name, byte[] content)
    {
        if (!IsArchive(name))
        {
            return [new PrivateImage(name, content)];
        }

        try
        {
            var images = new List<PrivateImage>();
            using var reader = new TarReader(new MemoryStream(content, writable: false));
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                using var bytes = new MemoryStream();
                entry.DataStream?.CopyTo(bytes);
                if (IsImage(entry.Name) && !entry.Name.EndsWith(".cls", StringComparison.Ordinal))
                {
                    images.Add(new PrivateImage($"{name}!{entry.Name}", bytes.ToArray()));
                }
            }

            return images;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new InvalidDataException($"The archive '{name}' cannot be read.", exception);
        }
    }

    private DatasetBlob Describe(string name)
    {
        var parts = name.Split('/');
        return new DatasetBlob(name, parts.Length > 2 ? parts[1] : null, Blobs.LengthOf(name), IsArchive(name), Blobs.VersionOf(name)!);
    }
}
