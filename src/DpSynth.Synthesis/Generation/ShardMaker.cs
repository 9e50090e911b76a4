using DpSynth.Imaging;
using DpSynth.Numerics;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The work of one generation job: draw or vary the shard's candidates, embed them for the coming vote, store both. It is the whole
/// of the public side's work; nothing private is within its reach.
/// </summary>
public sealed class ShardMaker(ICandidateStore candidates, GeneratorCache generators)
{
    /// <summary>Makes the job's shard and stores it; a shard that is already stored is left as it is.</summary>
    /// <exception cref="GenerationException">The job cannot succeed however often it is tried; the message is one sentence.</exception>
    public async Task RunAsync(GenerationJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (await candidates.ShardExistsAsync(job.ShardId, cancellationToken))
        {
            return;
        }

        var tools = await generators.GetAsync(job.RunId, cancellationToken);
        tools = tools with { Generator = (tools.Generator as IPaidGenerator)?.ForShard(job.ShardId) ?? tools.Generator };
        var recipe = tools.Recipe;
        if (job.Generation >= recipe.Steps.Count || job.ClassIndex >= recipe.Classes.Count)
        {
            throw new GenerationException($"Job {job.Generation}/{job.Shard} does not belong to run '{job.RunId}'.");
        }

        var batch = job.Generation == 0
            ? await MakeFirstGenerationAsync(job, tools, cancellationToken)
            : await MakeNextGenerationAsync(job, tools, cancellationToken);
        EmbeddingMatrix? embeddings = null;
        if (recipe.Steps[job.Generation].Lookahead is { } lookahead)
        {
            (embeddings, var notes) = await new LookaheadEmbedding(tools, lookahead).EmbedAsync(batch, job, cancellationToken);
            var embedding = new GenerationNotes { EmbedderProviders = tools.Embedder.Provider is { } provider ? [provider] : [] };
            batch = batch with { Notes = batch.Notes.And(notes).And(embedding) };
        }

        await candidates.WriteShardAsync(job.ShardId, recipe.Classes[job.ClassIndex], job.ClassIndex, batch, embeddings, cancellationToken);
    }

    private static async Task<CandidateBatch> MakeFirstGenerationAsync(GenerationJob job, RunTools tools, CancellationToken cancellationToken)
    {
        var recipe = tools.Recipe;
        var className = recipe.Classes[job.ClassIndex];
        var batch = await tools.Generator.RandomAsync(className, CandidateSeeds.Draw(recipe, job), cancellationToken);
        for (var fold = 1; fold <= recipe.Steps[0].Folds; fold++)
        {
            int[] parentOf = [.. Enumerable.Range(0, job.Count)];
            var varied = await tools.Generator.VaryAsync(
                batch, parentOf, recipe.Steps[0].Degree, className, CandidateSeeds.Vary(recipe, job, fold), cancellationToken);
            batch = varied with { Notes = batch.Notes.And(varied.Notes) };
        }

        return batch;
    }

    private async Task<CandidateBatch> MakeNextGenerationAsync(GenerationJob job, RunTools tools, CancellationToken cancellationToken)
    {
        var recipe = tools.Recipe;
        var lineage = (await candidates.ReadParentsAsync(job.RunId, job.Generation, cancellationToken)).Classes[job.ClassIndex];
        var wanted = lineage.Parents.Skip(job.Start).Take(job.Count).ToArray();
        var varied = Math.Clamp(lineage.KeptFrom - job.Start, 0, job.Count);
        var withImages = tools.Generator.VariesFromImages || varied < job.Count;
        var (parents, parentOf) = await GatherAsync(job, wanted, withImages, cancellationToken);

        var variations = varied == 0
            ? null
            : await tools.Generator.VaryAsync(
                parents,
                parentOf.AsMemory(0, varied),
                recipe.Steps[job.Generation].Degree,
                recipe.Classes[job.ClassIndex],
                CandidateSeeds.Vary(recipe, job, 0).AsMemory(0, varied),
                cancellationToken);
        return varied == job.Count ? variations! : Append(variations, parents, parentOf.AsSpan(varied));
    }

    /// <summary>Reads the parents that a shard needs and numbers them: each distinct parent once.</summary>
    private async Task<(CandidateBatch Parents, int[] ParentOf)> GatherAsync(
        GenerationJob job, CandidateReference[] wanted, bool withImages, CancellationToken cancellationToken)
    {
        var distinct = wanted.Distinct().OrderBy(reference => reference.Shard).ThenBy(reference => reference.Index).ToArray();
        var positions = new Dictionary<CandidateReference, int>(distinct.Length);
        ImageBatch? images = null;
        float[] parameters = [];
        var parameterCount = 0;
        foreach (var group in distinct.GroupBy(reference => reference.Shard))
        {
            var source = await candidates.ReadCandidatesAsync(
                new CandidateShardId(job.RunId, job.Generation - 1, group.Key), withImages, cancellationToken);
            if (positions.Count == 0)
            {
                parameterCount = source.ParameterCount;
                parameters = new float[distinct.Length * parameterCount];
                images = withImages ? new ImageBatch(source.Images!.Shape, distinct.Length) : null;
            }

            foreach (var reference in group)
            {
                var position = positions.Count;
                positions.Add(reference, position);
                source.ParametersOf(reference.Index).CopyTo(parameters.AsSpan(position * parameterCount));
                if (withImages)
                {
                    source.Images![reference.Index].CopyTo(images![position]);
                }
            }
        }

        return (new CandidateBatch(images, parameters, distinct.Length, parameterCount), [.. wanted.Select(reference => positions[reference])]);
    }

    private static CandidateBatch Append(CandidateBatch? variations, CandidateBatch parents, ReadOnlySpan<int> kept)
    {
        var varied = variations?.Count ?? 0;
        var images = new ImageBatch(parents.Images!.Shape, varied + kept.Length);
        var parameters = new float[images.Count * parents.ParameterCount];
        variations?.Images!.Pixels.CopyTo(images.Pixels);
        variations?.Parameters.Span.CopyTo(parameters);
        for (var i = 0; i < kept.Length; i++)
        {
            parents.Images[kept[i]].CopyTo(images[varied + i]);
            parents.ParametersOf(kept[i]).CopyTo(parameters.AsSpan((varied + i) * parents.ParameterCount));
        }

        return new CandidateBatch(images, parameters, images.Count, parents.ParameterCount) { Notes = variations?.Notes ?? GenerationNotes.None };
    }
}
