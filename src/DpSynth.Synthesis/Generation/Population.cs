namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The candidates of one generation: how many each class has, and how each class is cut into shards. Follows from the recipe alone, so that
/// everyone computes the same.
/// </summary>
public sealed class Population
{
    /// <summary>Works it out.</summary>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="number">0 to T.</param>
    public Population(GenerationRecipe recipe, int number)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var weights = recipe.ClassWeights is { Count: > 0 } given ? given : [.. recipe.Classes.Select(static _ => 1L)];
        var step = recipe.Steps[number];
        Counts = Apportionment.Divide(step.Candidates, weights, step.MinPerClass);
        Jobs = [.. CutIntoShards(recipe, number)];
    }

    /// <summary>Candidates of each class: in proportion to the recipe's weights, but no fewer than its step says.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The jobs that make it, one a shard, class after class.</summary>
    public IReadOnlyList<GenerationJob> Jobs { get; }

    /// <summary>The shards of one class, in order.</summary>
    public IReadOnlyList<GenerationJob> JobsOf(int classIndex) => [.. Jobs.Where(job => job.ClassIndex == classIndex)];

    /// <summary>The candidates of one class in order of shards and places.</summary>
    public CandidateReference[] CandidatesOf(int classIndex) =>
        [.. JobsOf(classIndex).SelectMany(job => Enumerable.Range(0, job.Count), (job, index) => new CandidateReference(job.Shard, index))];

    /// <summary>The place of a class's first candidate among the candidates of all classes.</summary>
    public int StartOf(int classIndex) => Counts.Take(classIndex).Sum();

    private IEnumerable<GenerationJob> CutIntoShards(GenerationRecipe recipe, int number)
    {
        var shard = 0;
        foreach (var (classIndex, count) in Counts.Index())
        {
            var shards = (count + recipe.CandidatesPerShard - 1) / recipe.CandidatesPerShard;
            for (var i = 0; i < shards; i++)
            {
                var start = (int)((long)count * i / shards);
                var end = (int)((long)count * (i + 1) / shards);
                yield return new GenerationJob(recipe.RunId, number, shard++, classIndex, start, end - start);
            }
        }
    }
}
