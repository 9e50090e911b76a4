using System.IO.Pipelines;
using Azure.Storage.Blobs;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Numerics;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Storage.Candidates;

/// <summary>
/// The candidates over one blob container. A shard's files are each written once and never over; its marker comes last, so a shard
/// that is listed is whole.
/// </summary>
/// <param name="container">The container <c>candidates</c>; read, write, create and list are enough.</param>
/// <param name="decoder">Decodes candidates where their images are wanted.</param>
/// <param name="json">Writes and reads recipes.</param>
public sealed class CandidateStore(BlobContainerClient container, ImageDecoder decoder, RequestJson json) : ICandidateStore
{
    // Workers write them. No shard that one makes comes near.
    private const long LargestArray = 256L << 20;
    private const long LargestMarker = 1L << 20;

    /// <inheritdoc/>
    public async Task WriteRecipeAsync(GenerationRecipe recipe, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        await container.TryCreateAsync(
            ExchangeLayout.Recipe(recipe.RunId), StorageJson.Encode(recipe, json.Options), BlobCalls.Json, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<GenerationRecipe?> ReadRecipeAsync(string runId, CancellationToken cancellationToken) =>
        await container.TryReadAsync(ExchangeLayout.Recipe(runId), cancellationToken) is { } recipe
            ? StorageJson.Decode<GenerationRecipe>(recipe.ToMemory().Span, $"The recipe of run '{runId}'", json.Options)
            : null;

    /// <inheritdoc/>
    public async Task WriteParentsAsync(string runId, int generation, ParentList parents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parents);
        await container.TryCreateAsync(
            ExchangeLayout.Parents(runId, generation), ParentFile.Encode(parents), BlobCalls.Binary, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ParentList> ReadParentsAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        var file = await container.TryReadAsync(ExchangeLayout.Parents(runId, generation), cancellationToken)
            ?? throw new FileNotFoundException($"The parents of generation {generation} of run '{runId}' are not stored.");
        return ParentFile.Decode(file.ToMemory().Span);
    }

    /// <inheritdoc/>
    public async Task WriteShardAsync(
        CandidateShardId shard,
        string? className,
        int classIndex,
        CandidateBatch candidates,
        EmbeddingMatrix? embeddings,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentNullException.ThrowIfNull(candidates);
        var images = candidates.Images ?? throw new ArgumentException("A shard is written with its images.", nameof(candidates));
        if (images.Count != candidates.Count || (embeddings is not null && embeddings.Rows != candidates.Count))
        {
            throw new ArgumentException("A shard has one image and, if any, one embedding a candidate.", nameof(candidates));
        }

        var parameters = NpyFile.Encode(candidates.Parameters.Span, candidates.Count, candidates.ParameterCount);
        var uploads = new List<Task>
        {
            container.TryCreateAsync(ExchangeLayout.Parameters(shard), parameters, BlobCalls.Binary, cancellationToken),
        };
        if (embeddings is not null)
        {
            var file = NpyFile.Encode<float>(embeddings.Values, embeddings.Rows, embeddings.Columns);
            uploads.Add(container.TryCreateAsync(ExchangeLayout.Embeddings(shard), file, BlobCalls.Binary, cancellationToken));
        }

        uploads.Add(container.TryCreateAsync(
            ExchangeLayout.Tar(shard), CandidateTar.Encode(images, classIndex), BlobCalls.Tar, cancellationToken));
        await Task.WhenAll(uploads);

        var description = new CandidateShardDescription
        {
            ClassName = className,
            ClassIndex = classIndex,
            Count = candidates.Count,
            ParameterCount = candidates.ParameterCount,
            Shape = images.Shape,
            HasEmbeddings = embeddings is not null,
            Notes = candidates.Notes.IsEmpty ? null : candidates.Notes,
        };
        await container.TryCreateAsync(
            ExchangeLayout.ShardMarker(shard), StorageJson.Encode(description), BlobCalls.Json, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> ShardExistsAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        await container.GetBlobClient(ExchangeLayout.ShardMarker(shard)).ExistsAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<int>> ListShardsAsync(string runId, int generation, CancellationToken cancellationToken)
    {
        var shards = new List<int>();
        var prefix = ExchangeLayout.Shards(runId, generation);
        await foreach (var blob in container.ListAsync(new() { Prefix = prefix }, cancellationToken))
        {
            if (ExchangeLayout.ShardOfMarker(blob.Name) is { } shard)
            {
                shards.Add(shard);
            }
        }

        shards.Sort();
        return shards;
    }

    /// <inheritdoc/>
    public async Task<EmbeddingMatrix> ReadEmbeddingsAsync(CandidateShardId shard, CancellationToken cancellationToken)
    {
        var array = await container.TryReadArrayAsync<float>(ExchangeLayout.Embeddings(shard), cancellationToken, LargestArray)
            ?? throw Missing(shard, "embeddings");
        return array.Shape is [var rows, var columns]
            ? new EmbeddingMatrix(rows, columns, array.Values)
            : throw new InvalidDataException($"The embeddings of {Describe(shard)} are not a matrix.");
    }

    /// <inheritdoc/>
    public async Task<CandidateBatch> ReadCandidatesAsync(CandidateShardId shard, bool withImages, CancellationToken cancellationToken)
    {
        var images = withImages ? ReadImagesAsync(shard, cancellationToken) : null;
        var array = await container.TryReadArrayAsync<float>(ExchangeLayout.Parameters(shard), cancellationToken, LargestArray)
            ?? throw Missing(shard, "parameters");
        if (array.Shape is not [var count, var parameterCount])
        {
            throw new InvalidDataException($"The parameters of {Describe(shard)} are not a matrix.");
        }

        return new CandidateBatch(images is null ? null : await images, array.Values, count, parameterCount);
    }

    /// <inheritdoc/>
    public async Task<GenerationNotes> ReadNotesAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        (await ReadDescriptionAsync(shard, cancellationToken)).Notes ?? GenerationNotes.None;

    /// <inheritdoc/>
    public async Task<Stream> OpenTarAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        await container.TryOpenAsync(ExchangeLayout.Tar(shard), cancellationToken) is var (content, _)
            ? content
            : throw Missing(shard, "images");

    /// <inheritdoc/>
    /// <remarks>It is made while it is read, a few images at a time.</remarks>
    public async Task<Stream> OpenForPublicationAsync(
        CandidateShardId shard, ImageShape shape, int count, int classIndex, CancellationToken cancellationToken)
    {
        var stored = await OpenTarAsync(shard, cancellationToken);
        var pipe = new Pipe();
        _ = Task.Run(CopyAsync, CancellationToken.None);
        return pipe.Reader.AsStream();

        async Task CopyAsync()
        {
            try
            {
                await using (stored)
                await using (var target = pipe.Writer.AsStream(leaveOpen: true))
                {
                    await CandidateTar.CopyAsync(stored, target, shape, count, classIndex, decoder, cancellationToken);
                }

                await pipe.Writer.CompleteAsync();
            }
            catch (Exception exception)
            {
                // Whoever reads learns of it.
                await pipe.Writer.CompleteAsync(exception);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<int> DeleteGenerationsAsync(string runId, CancellationToken cancellationToken) =>
        await container.DeleteAllAsync(ExchangeLayout.Generations(runId), cancellationToken)
        + await container.DeleteAllAsync(ExchangeLayout.Drawings(runId, generation: null), cancellationToken);

    /// <inheritdoc/>
    public async Task MarkEndedAsync(string runId, CancellationToken cancellationToken) =>
        await container.TryCreateAsync(ExchangeLayout.Ended(runId), ReadOnlyMemory<byte>.Empty, BlobCalls.Binary, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> HasEndedAsync(string runId, CancellationToken cancellationToken) =>
        await container.GetBlobClient(ExchangeLayout.Ended(runId)).ExistsAsync(cancellationToken);

    private async Task<ImageBatch> ReadImagesAsync(CandidateShardId shard, CancellationToken cancellationToken)
    {
        var description = await ReadDescriptionAsync(shard, cancellationToken);
        await using var tar = await OpenTarAsync(shard, cancellationToken);
        return await CandidateTar.DecodeAsync(tar, description.Shape, description.Count, decoder, cancellationToken);
    }

    private async Task<CandidateShardDescription> ReadDescriptionAsync(CandidateShardId shard, CancellationToken cancellationToken)
    {
        var marker = await container.TryReadAsync(ExchangeLayout.ShardMarker(shard), LargestMarker, cancellationToken) ?? throw Missing(shard, "images");
        return StorageJson.Decode<CandidateShardDescription>(marker.ToMemory().Span, $"The marker of {Describe(shard)}");
    }

    private static FileNotFoundException Missing(CandidateShardId shard, string what) =>
        new($"The {what} of {Describe(shard)} are not stored.");

    private static string Describe(CandidateShardId shard) =>
        $"shard {shard.Shard} of generation {shard.Generation} of run '{shard.RunId}'";
}
