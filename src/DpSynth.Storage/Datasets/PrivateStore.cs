using Azure.Storage.Blobs.Models;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Storage.Datasets;

/// <summary>The private store over the containers <c>private-data</c> and <c>private-work</c>.</summary>
public sealed class PrivateStore(PrivateAccount account, RequestJson json)
    : IDatasetStore, IRunRecords, IOwnerDetails, IPrivateEmbeddings, IExactWork, IMeasurements, IExactWorkRetention
{
    private readonly BlobImageReader _images = new(account.Data);

    /// <inheritdoc/>
    /// <remarks>Markers of folders are left out too.</remarks>
    public async Task<DatasetListing?> ListDatasetAsync(string dataset, CancellationToken cancellationToken)
    {
        var blobs = new List<DatasetBlob>();
        var exists = false;
        var isUploading = false;
        var prefix = PrivateLayout.Dataset(dataset);
        await foreach (var item in account.Data.ListAsync(new() { Traits = BlobTraits.Metadata, Prefix = prefix }, cancellationToken))
        {
            exists = true;
            isUploading |= item.Name.AsSpan(prefix.Length).SequenceEqual(DatasetListing.UploadMarker);
            var version = item.Properties.ETag?.ToString() ?? throw new InvalidDataException("The storage service lists blobs without their versions.");
            if (DatasetFolder.Describe(item.Name, item.Properties.ContentLength ?? 0, item.IsFolder(), version) is { } blob)
            {
                blobs.Add(blob);
            }
        }

        blobs.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return exists ? new DatasetListing(dataset, blobs, isUploading) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> IsUploadingAsync(string dataset, CancellationToken cancellationToken) =>
        await account.Data.GetBlobClient($"{PrivateLayout.Dataset(dataset)}{DatasetListing.UploadMarker}").ExistsAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListDatasetsAsync(CancellationToken cancellationToken)
    {
        var datasets = new List<string>();
        await foreach (var item in account.Data.GetBlobsByHierarchyAsync(new() { Delimiter = "/" }, cancellationToken).OrNoneAsync(cancellationToken))
        {
            if (item.IsPrefix)
            {
                datasets.Add(item.Prefix.TrimEnd('/'));
            }
        }

        datasets.Sort(StringComparer.Ordinal);
        return datasets;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Single images are fetched several at once, archives in one download each. An image above 64 MiB comes as empty bytes, so that it
    /// counts as unreadable; in an archive it breaks the archive.
    /// </remarks>
    public IAsyncEnumerable<PrivateImage> ReadImagesAsync(
        IReadOnlyList<string> blobs, IReadOnlyList<string>? versions, CancellationToken cancellationToken) =>
        _images.ReadAsync(blobs, versions, cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream?> OpenNoteAsync(string dataset, string fileName, CancellationToken cancellationToken) =>
        await account.Data.TryOpenAsync(PrivateLayout.Note(dataset, fileName), cancellationToken) is var (content, _) ? content : null;

    /// <inheritdoc/>
    public Task<bool> TryCreateRecordAsync<T>(string runId, string name, T record, CancellationToken cancellationToken)
        where T : class =>
        account.Work.TryCreateAsync(PrivateLayout.Record(runId, name), StorageJson.Encode(record, json.Options), BlobCalls.Json, cancellationToken);

    /// <inheritdoc/>
    public async Task<T?> ReadRecordAsync<T>(string runId, string name, CancellationToken cancellationToken)
        where T : class =>
        await account.Work.TryReadAsync(PrivateLayout.Record(runId, name), cancellationToken) is { } record
            ? StorageJson.Decode<T>(record.ToMemory().Span, $"The record '{name}' of run '{runId}'", json.Options)
            : null;

    /// <inheritdoc/>
    public Task WriteDetailAsync(string runId, OwnerDetail detail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(detail);
        return account.Work.WriteAsync(
            PrivateLayout.Detail(runId, detail.Step, detail.Code), StorageJson.Encode(detail, json.Options), BlobCalls.Json, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OwnerDetail>> ListDetailsAsync(string runId, CancellationToken cancellationToken)
    {
        var details = new List<OwnerDetail>();
        await foreach (var item in account.Work.GetBlobsAsync(new() { Prefix = PrivateLayout.Details(runId) }, cancellationToken))
        {
            if (await account.Work.TryReadAsync(item.Name, cancellationToken) is { } found)
            {
                details.Add(StorageJson.Decode<OwnerDetail>(found.ToMemory().Span, $"A detail of run '{runId}'", json.Options));
            }
        }

        return [.. details.OrderBy(detail => (detail.Step, detail.Code))];
    }

    /// <inheritdoc/>
    public async Task WriteEmbeddingsAsync(string runId, int shard, EmbeddingMatrix embeddings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        var file = NpyFile.Encode<float>(embeddings.Values, embeddings.Rows, embeddings.Columns);
        await account.Work.WriteAsync(PrivateLayout.Embeddings(runId, shard), file, BlobCalls.Binary, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<EmbeddingMatrix?> ReadEmbeddingsAsync(string runId, int shard, CancellationToken cancellationToken)
    {
        if (await account.Work.TryReadArrayAsync<float>(PrivateLayout.Embeddings(runId, shard), cancellationToken) is not { } array)
        {
            return null;
        }

        return array.Shape is [var rows, var columns]
            ? new EmbeddingMatrix(rows, columns, array.Values)
            : throw new InvalidDataException($"The embeddings of private shard {shard} of run '{runId}' are not a matrix.");
    }

    /// <inheritdoc/>
    public Task WriteVotesAsync(
        string runId, int iteration, int shard, ReadOnlyMemory<long> votes, CancellationToken cancellationToken) =>
        account.Work.WriteAsync(
            PrivateLayout.Votes(runId, iteration, shard), NpyFile.Encode(votes.Span, votes.Length), BlobCalls.Binary, cancellationToken);

    /// <inheritdoc/>
    public Task<long[]?> ReadVotesAsync(string runId, int iteration, int shard, CancellationToken cancellationToken) =>
        ReadVectorAsync(PrivateLayout.Votes(runId, iteration, shard), cancellationToken);

    /// <inheritdoc/>
    public async Task WriteNeighboursAsync(
        string runId, int iteration, int shard, NeighbourTable neighbours, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        var file = NpyFile.Encode<int>(neighbours.Indices, neighbours.Queries, neighbours.Neighbours);
        await account.Work.WriteAsync(PrivateLayout.Neighbours(runId, iteration, shard), file, BlobCalls.Binary, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<NeighbourTable?> ReadNeighboursAsync(string runId, int iteration, int shard, CancellationToken cancellationToken)
    {
        if (await account.Work.TryReadArrayAsync<int>(PrivateLayout.Neighbours(runId, iteration, shard), cancellationToken) is not { } array)
        {
            return null;
        }

        return array.Shape is [var queries, var neighbours]
            ? new NeighbourTable(queries, neighbours, array.Values)
            : throw new InvalidDataException($"The neighbours of private shard {shard} of run '{runId}' are not a table.");
    }

    /// <inheritdoc/>
    public async Task<long[]> PersistMeasurementAsync(
        string runId, string key, int part, ReadOnlyMemory<long> noisyCounts, CancellationToken cancellationToken)
    {
        var name = PrivateLayout.Measurement(runId, key, part);
        await account.Work.TryCreateAsync(
            name, NpyFile.Encode(noisyCounts.Span, noisyCounts.Length), BlobCalls.Binary, cancellationToken);

        // Read back even what was just written: a retried upload can lose to another writer without noticing.
        return await ReadVectorAsync(name, cancellationToken)
            ?? throw new InvalidOperationException($"The measurement '{key}' of run '{runId}' was removed while it was being written.");
    }

    /// <inheritdoc/>
    public Task<long[]?> ReadMeasurementAsync(string runId, string key, int part, CancellationToken cancellationToken) =>
        ReadVectorAsync(PrivateLayout.Measurement(runId, key, part), cancellationToken);

    /// <inheritdoc/>
    public async Task<int> DeleteExactWorkAsync(string runId, CancellationToken cancellationToken)
    {
        var held = 0;
        foreach (var prefix in PrivateLayout.ExactWork(runId))
        {
            held += await account.Work.DeleteAllAsync(prefix, cancellationToken);
        }

        return held;
    }

    private async Task<long[]?> ReadVectorAsync(string name, CancellationToken cancellationToken)
    {
        var array = await account.Work.TryReadArrayAsync<long>(name, cancellationToken);
        return array is null || array.Shape.Count == 1
            ? array?.Values
            : throw new InvalidDataException($"'{name}' in the container '{PrivateLayout.Work}' is not a vector.");
    }
}
