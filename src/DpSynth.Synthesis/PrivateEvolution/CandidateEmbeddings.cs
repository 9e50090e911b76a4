using DpSynth.Numerics;
using DpSynth.Synthesis.Caching;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Reads the embeddings of one class's candidates, and keeps the few that were read last: the private shards of a class vote one
/// after the other on the same population. Thread-safe.
/// </summary>
public sealed class CandidateEmbeddings(ICandidateStore candidates)
{
    private readonly RecentTasks<(string RunId, int Generation, int ClassIndex), EmbeddingMatrix> _recent = new(capacity: 3);

    /// <summary>The embeddings of a class's candidates in a generation, in order of shards and places.</summary>
    public Task<EmbeddingMatrix> ReadAsync(GenerationRecipe recipe, int generation, int classIndex, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return _recent.GetAsync((recipe.RunId, generation, classIndex), () => LoadAsync(new Population(recipe, generation), classIndex), cancellationToken);
    }

    private async Task<EmbeddingMatrix> LoadAsync(Population population, int classIndex)
    {
        EmbeddingMatrix? all = null;
        foreach (var job in population.JobsOf(classIndex))
        {
            var shard = await candidates.ReadEmbeddingsAsync(job.ShardId, CancellationToken.None);
            if (shard.Rows != job.Count || (all is not null && shard.Columns != all.Columns))
            {
                throw new InvalidDataException(
                    $"Shard {job.Shard} of generation {job.Generation} has {shard.Rows} embeddings of {shard.Columns} numbers, not one each of its "
                        + $"{job.Count} candidates in the dimension of the others.");
            }

            all ??= new EmbeddingMatrix(population.Counts[classIndex], shard.Columns);
            shard.Values.CopyTo(all.Values[(job.Start * shard.Columns)..]);
        }

        return all!;
    }
}
