using System.Threading.Channels;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Numerics;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Decodes and embeds the private images, shard by shard, once a run, and takes down what else is to be known of them: fingerprints
/// for the dataset's lineage, owners where they are the unit of privacy, files that do not decode.
/// </summary>
public sealed class PrivateEmbedding(
    IDatasetStore datasets, IRunRecords records, IPrivateEmbeddings embeddings, IEmbedderFactory embedders, ImageDecoder decoder)
{
    // Blocks are small enough for a shard to have several, and for three decoded ones to fit into memory: one being embedded, one waiting, one being
    // decoded. They are large enough to keep every core of an embedder busy.
    private const int MaxBlockImages = 256;
    private const int BlockBytes = 16 << 20;

    /// <summary>Bytes of encoded images after which a block is decoded.</summary>
    private const int EncodedBytes = 16 << 20;

    private readonly OwnerLookups _owners = new(datasets);

    /// <summary>Embeds the private shards of a lane, or as many as one call may.</summary>
    /// <returns>Whether all of them are embedded.</returns>
    /// <exception cref="DatasetChangedException">A shard's files, or the table of owners, are not what was planned.</exception>
    public async Task<bool> EmbedLaneAsync(string runId, int lane, CancellationToken cancellationToken)
    {
        var plan = await records.ReadPlanAsync(runId, cancellationToken);
        return await LaneWork.DoAsync(plan.ShardsOf(lane).Select(shard => shard.Number), shard => EmbedAsync(runId, shard, cancellationToken));
    }

    /// <summary>Embeds one private shard; the second time it finds the first one's work.</summary>
    /// <exception cref="DatasetChangedException">The shard's files, or the table of owners, are not what was planned.</exception>
    public async Task EmbedAsync(string runId, int shardNumber, CancellationToken cancellationToken)
    {
        var record = EmbeddedShard.RecordName(shardNumber);
        if (await records.ReadRecordAsync<EmbeddedShard>(runId, record, cancellationToken) is not null)
        {
            return;
        }

        var plan = await records.ReadPlanAsync(runId, cancellationToken);
        using var memory = await ShardMemory.TakeAsync(plan.PrivateShards[shardNumber].Length, cancellationToken);
        var shape = plan.Request.Image.ToShape();
        var embedder = await embedders.CreateAsync(plan.Request.Embedder, shape, cancellationToken);
        var inventory = new ShardInventory(await _owners.FindAsync(plan, cancellationToken));
        var embedded = new List<float[]>();
        var blocks = ReadBlocksAsync(plan.PrivateShards[shardNumber], BlockImages(shape), inventory, cancellationToken);
        await foreach (var batch in DecodeAheadAsync(blocks, inventory, shape, plan.Request.Image.Resize, cancellationToken))
        {
            var values = new float[batch.Count * embedder.Dimension];
            await embedder.EmbedAsync(batch, values, cancellationToken);
            EmbeddingBounds.Apply(values, embedder.Dimension);
            embedded.Add(values);
        }

        var found = inventory.ToRecord() with { Provider = embedder.Provider };
        await embeddings.WriteEmbeddingsAsync(runId, shardNumber, Join(embedded, found.Images, embedder.Dimension), cancellationToken);
        await records.TryCreateRecordAsync(runId, record, found, cancellationToken);
    }

    private static int BlockImages(ImageShape shape) => Math.Clamp(BlockBytes / shape.ByteCount, 1, MaxBlockImages);

    private static EmbeddingMatrix Join(List<float[]> blocks, int rows, int columns)
    {
        if (blocks is [var single])
        {
            return new EmbeddingMatrix(rows, columns, single);
        }

        var matrix = new EmbeddingMatrix(rows, columns);
        var written = 0;
        foreach (var block in blocks)
        {
            block.CopyTo(matrix.Values[written..]);
            written += block.Length;
        }

        return matrix;
    }

    /// <summary>Reads images in blocks; a broken archive ends its shard and is noted.</summary>
    private async IAsyncEnumerable<List<PrivateImage>> ReadBlocksAsync(
        PrivateShard shard,
        int blockImages,
        ShardInventory inventory,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var block = new List<PrivateImage>(blockImages);
        var encodedBytes = 0L;
        await using var images = datasets.ReadImagesAsync(shard.Blobs, shard.Versions, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await images.MoveNextAsync())
                {
                    break;
                }
            }
            catch (InvalidDataException broken)
            {
                inventory.AddBrokenArchive(broken.Message);
                break;
            }

            block.Add(images.Current);
            encodedBytes += images.Current.Encoded.Length;
            if (block.Count == blockImages || encodedBytes >= EncodedBytes)
            {
                yield return block;
                block = new List<PrivateImage>(blockImages);
                encodedBytes = 0;
            }
        }

        if (block.Count > 0)
        {
            yield return block;
        }
    }

    /// <summary>
    /// Reads and decodes on a task of its own, one block ahead of the one that is embedded: reading waits for the network, and embedders do not
    /// always keep every core busy. Who stops early stops that task, and waits for it.
    /// </summary>
    private async IAsyncEnumerable<ImageBatch> DecodeAheadAsync(
        IAsyncEnumerable<List<PrivateImage>> blocks,
        ShardInventory inventory,
        ImageShape shape,
        ResizeMode resize,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var decoded = Channel.CreateBounded<ImageBatch>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var decoding = Task.Run(
            async () =>
            {
                try
                {
                    await foreach (var block in blocks.WithCancellation(stopped.Token))
                    {
                        var (batch, faults) = Decode(block, shape, resize, stopped.Token);
                        inventory.Add(block, faults);
                        await decoded.Writer.WriteAsync(batch, stopped.Token);
                    }
                }
                finally
                {
                    decoded.Writer.Complete();
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (var batch in decoded.Reader.ReadAllAsync(stopped.Token))
            {
                yield return batch;
            }

            await decoding;
        }
        finally
        {
            await stopped.CancelAsync();
            await decoding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Decodes a block; images without a fault come out in their order.</summary>
    private (ImageBatch Batch, string?[] Faults) Decode(
        List<PrivateImage> block, ImageShape shape, ResizeMode resize, CancellationToken cancellationToken)
    {
        var decoded = new ImageBatch(shape, block.Count);
        var faults = new string?[block.Count];
        Parallel.For(0, block.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                decoder.Decode(block[i].Encoded.Span, shape, resize, decoded[i]);
            }
            catch (ImageRejectedException rejected)
            {
                faults[i] = rejected.Message;
            }
        });

        var kept = 0;
        for (var i = 0; i < faults.Length; i++)
        {
            if (faults[i] is not null)
            {
                continue;
            }

            if (kept != i)
            {
                decoded[i].CopyTo(decoded[kept]);
            }

            kept++;
        }

        return (decoded.Slice(0, kept), faults);
    }
}
