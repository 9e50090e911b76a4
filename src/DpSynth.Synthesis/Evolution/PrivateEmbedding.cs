using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Decodes and embeds the private images, shard by shard, once a run. Images that do not decode are noted by name.</summary>
public sealed class PrivateEmbedding(IPrivateStore privateStore, IEmbedderFactory embedders, ImageDecoder decoder)
{
    private const int BlockImages = 1024;

    /// <summary>How many files a refusal names; the rest is counted.</summary>
    private const int NamedFiles = 10;

    /// <summary>Embeds one private shard; the second time it finds the first one's work.</summary>
    public async Task EmbedAsync(string runId, int shardNumber, CancellationToken cancellationToken)
    {
        var record = RecordName(shardNumber);
        if (await privateStore.ReadRecordAsync<EmbeddedShard>(runId, record, cancellationToken) is not null)
        {
            return;
        }

        var plan = await privateStore.ReadPlanAsync(runId, cancellationToken);
        var embedder = embedders.Create(plan.Recipe.Embedder, plan.Recipe.Shape);
        var unreadable = new List<string>();
        var embedded = new List<float[]>();
        var images = 0;
        await foreach (var block in ReadBlocksAsync(plan.PrivateShards[shardNumber].Blobs, unreadable, cancellationToken))
        {
            var (batch, faults) = Decode(block, plan, cancellationToken);
            unreadable.AddRange(faults);
            var values = new float[batch.Count * embedder.Dimension];
            await embedder.EmbedAsync(batch, values, cancellationToken);
            embedded.Add(values);
            images += batch.Count;
        }

        await privateStore.WriteEmbeddingsAsync(runId, shardNumber, Join(embedded, images, embedder.Dimension), cancellationToken);
        await privateStore.TryCreateRecordAsync(runId, record, new EmbeddedShard(images, unreadable), cancellationToken);
    }

    /// <summary>Looks over what all shards found; returns one sentence if the run may not go on, else null.</summary>
    public async Task<string?> FindFaultAsync(string runId, CancellationToken cancellationToken)
    {
        var plan = await privateStore.ReadPlanAsync(runId, cancellationToken);
        var images = new long[plan.Recipe.Classes.Count];
        var unreadable = new List<string>();
        foreach (var shard in plan.PrivateShards)
        {
            var embedded = await privateStore.ReadRecordAsync<EmbeddedShard>(runId, RecordName(shard.Number), cancellationToken)
                ?? throw new InvalidOperationException($"Private shard {shard.Number} of run '{runId}' has not been embedded.");
            images[shard.ClassIndex] += embedded.Images;
            unreadable.AddRange(embedded.Unreadable);
        }

        if (unreadable.Count > 0 && plan.Request.Image.Corrupt == CorruptImages.Reject)
        {
            var more = unreadable.Count > NamedFiles ? $" and {unreadable.Count - NamedFiles} more" : "";
            return $"The dataset '{plan.Request.Dataset}' has {unreadable.Count} files that cannot be used as images ({string.Join("; ", unreadable.Take(NamedFiles))}{more}); mend or remove them, or ask with 'image.corrupt': 'skip'.";
        }

        var empty = Array.FindIndex(images, count => count == 0);
        return empty < 0 ? null
            : plan.Recipe.Classes[empty] is { } name ? $"The class '{name}' of the dataset '{plan.Request.Dataset}' has no usable image; add some, or remove its folder."
            : $"The dataset '{plan.Request.Dataset}' has no usable image.";
    }

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

    private static string RecordName(int shard) => $"embedded-{shard:D5}";

    /// <summary>Reads images in blocks; a broken archive ends its shard and is noted.</summary>
    private async IAsyncEnumerable<List<PrivateImage>> ReadBlocksAsync(
        IReadOnlyList<string> blobs, List<string> unreadable, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var block = new List<PrivateImage>(BlockImages);
        await using var images = privateStore.ReadImagesAsync(blobs, cancellationToken).GetAsyncEnumerator(cancellationToken);
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
                unreadable.Add(broken.Message);
                break;
            }

            block.Add(images.Current);
            if (block.Count == BlockImages)
            {
                yield return block;
                block = new List<PrivateImage>(BlockImages);
            }
        }

        if (block.Count > 0)
        {
            yield return block;
        }
    }

    private (ImageBatch Batch, IEnumerable<string> Faults) Decode(List<PrivateImage> block, RunPlan plan, CancellationToken cancellationToken)
    {
        var shape = plan.Recipe.Shape;
        var decoded = new ImageBatch(shape, block.Count);
        var faults = new string?[block.Count];
        Parallel.For(0, block.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                decoder.Decode(block[i].Encoded.Span, shape, plan.Request.Image.Resize, decoded[i]);
            }
            catch (ImageRejectedException rejected)
            {
                faults[i] = $"{block[i].Name}: {rejected.Message}";
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

        return (decoded.Slice(0, kept), faults.OfType<string>());
    }
}

/// <summary>What embedding a private shard found; private, like all counts of private images.</summary>
/// <param name="Images">Images embedded.</param>
/// <param name="Unreadable">Names of files that are no usable images, each with the reason.</param>
internal sealed record EmbeddedShard(int Images, IReadOnlyList<string> Unreadable);
