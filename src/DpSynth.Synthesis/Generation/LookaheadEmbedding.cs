using System.Numerics.Tensors;
using DpSynth.Numerics;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The embedding a candidate is voted on by: with lookahead K the mean over K fresh variations of it, made for this alone
/// (arXiv 2305.15560, section 4.2); with K = 0 its own. The variations are sent nowhere, and stored only by generators that pay for them.
/// </summary>
internal sealed class LookaheadEmbedding(RunTools tools, Lookahead lookahead)
{
    /// <summary>Bytes of variations held at a time.</summary>
    private const int BlockBytes = 32 << 20;

    /// <summary>Embeds a shard's candidates; the notes are those of the variations made for it.</summary>
    public async Task<(EmbeddingMatrix Embeddings, GenerationNotes Notes)> EmbedAsync(
        CandidateBatch candidates, GenerationJob job, CancellationToken cancellationToken)
    {
        var dimension = tools.Embedder.Dimension;
        var result = new EmbeddingMatrix(candidates.Count, dimension);
        var variations = lookahead.Variations;
        if (variations == 0)
        {
            await tools.Embedder.EmbedAsync(candidates.Images!, result.Memory, cancellationToken);
            return (result, GenerationNotes.None);
        }

        var notes = GenerationNotes.None;
        var bytesPerCandidate = variations * (tools.Recipe.Shape.ByteCount + sizeof(float) * dimension);
        var block = Math.Clamp(BlockBytes / bytesPerCandidate, 1, Math.Max(1, candidates.Count));
        var embeddings = new float[block * variations * dimension];
        for (var start = 0; start < candidates.Count; start += block)
        {
            var count = Math.Min(block, candidates.Count - start);
            var used = embeddings.AsMemory(0, count * variations * dimension);
            notes = notes.And(await EmbedBlockAsync(candidates, job, start, count, used, cancellationToken));
            for (var i = 0; i < count; i++)
            {
                Mean(used.Span.Slice(i * variations * dimension, variations * dimension), result[start + i]);
            }
        }

        return (result, notes);
    }

    private async Task<GenerationNotes> EmbedBlockAsync(
        CandidateBatch candidates, GenerationJob job, int start, int count, Memory<float> embeddings, CancellationToken cancellationToken)
    {
        var recipe = tools.Recipe;
        var parentOf = new int[count * lookahead.Variations];
        var seeds = new ulong[parentOf.Length];
        for (var i = 0; i < parentOf.Length; i++)
        {
            parentOf[i] = start + i / lookahead.Variations;
            seeds[i] = CandidateSeeds.Lookahead(recipe, job, job.Start + parentOf[i], i % lookahead.Variations);
        }

        var variations = await tools.Generator.VaryAsync(
            candidates, parentOf, lookahead.Degree, recipe.Classes[job.ClassIndex], seeds, cancellationToken);
        await tools.Embedder.EmbedAsync(variations.Images!, embeddings, cancellationToken);
        return variations.Notes;
    }

    private static void Mean(ReadOnlySpan<float> rows, Span<float> mean)
    {
        mean.Clear();
        for (var offset = 0; offset < rows.Length; offset += mean.Length)
        {
            TensorPrimitives.Add(mean, rows.Slice(offset, mean.Length), mean);
        }

        TensorPrimitives.Multiply(mean, (float)mean.Length / rows.Length, mean);
    }
}
