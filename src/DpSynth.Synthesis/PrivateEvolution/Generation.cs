using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// One generation of a run: how its candidates are divided over the classes by the recipe's weights, and each class into shards. Follows from
/// the recipe alone, so that everyone computes the same.
/// </summary>
public sealed class Generation
{
    /// <summary>Works it out.</summary>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="number">0 to T.</param>
    public Generation(GenerationRecipe recipe, int number)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var weights = recipe.ClassWeights is { Count: > 0 } given ? given : [.. recipe.Classes.Select(static _ => 1L)];
        (Recipe, Number) = (recipe, number);
        Counts = Apportionment.Divide(recipe.Evolution.PopulationSizes[number], weights, SmallestClass(recipe.Evolution, number));
        Jobs = [.. CutIntoShards()];
    }

    /// <summary>The run's recipe.</summary>
    public GenerationRecipe Recipe { get; }

    /// <summary>0 to T.</summary>
    public int Number { get; }

    /// <summary>
    /// Candidates of each class: in proportion to the recipe's weights, but at least one, and as many as a private image votes for where the
    /// generation is voted on.
    /// </summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The jobs that make it, one a shard, class after class.</summary>
    public IReadOnlyList<GenerationJob> Jobs { get; }

    /// <summary>Whether it is the last, which is published.</summary>
    public bool IsLast => Number == Recipe.Evolution.Iterations;

    /// <summary>The one that is made from it.</summary>
    public Generation Next => new(Recipe, Number + 1);

    /// <summary>The shards of one class, in order.</summary>
    public IReadOnlyList<GenerationJob> JobsOf(int classIndex) => [.. Jobs.Where(job => job.ClassIndex == classIndex)];

    /// <summary>The candidates of one class in order of shards and places: what a histogram's coordinates stand for.</summary>
    public CandidateReference[] CandidatesOf(int classIndex) =>
        [.. JobsOf(classIndex).SelectMany(job => Enumerable.Range(0, job.Count), (job, index) => new CandidateReference(job.Shard, index))];

    /// <summary>The place of a class's first candidate among the candidates of all classes.</summary>
    public int StartOf(int classIndex) => Counts.Take(classIndex).Sum();

    /// <summary>How many parents one class of it needs: each has <c>nextVariationFolds</c> children, and one more where it is kept itself.</summary>
    public int ParentsOf(int classIndex)
    {
        var children = Recipe.Evolution.NextVariationFolds + (Recipe.Evolution.KeepSelected ? 1 : 0);
        return (Counts[classIndex] + children - 1) / children;
    }

    /// <summary>The fewest candidates that a class has in a generation.</summary>
    public static int SmallestClass(EvolutionOptions evolution, int generation)
    {
        ArgumentNullException.ThrowIfNull(evolution);
        return generation < evolution.Iterations ? evolution.Neighbours : 1;
    }

    private IEnumerable<GenerationJob> CutIntoShards()
    {
        var shard = 0;
        foreach (var (classIndex, count) in Counts.Index())
        {
            var shards = (count + Recipe.CandidatesPerShard - 1) / Recipe.CandidatesPerShard;
            for (var i = 0; i < shards; i++)
            {
                var start = (int)((long)count * i / shards);
                var end = (int)((long)count * (i + 1) / shards);
                yield return new GenerationJob(Recipe.RunId, Number, shard++, classIndex, start, end - start);
            }
        }
    }
}

/// <summary>Generations of recipes.</summary>
public static class Generations
{
    /// <summary>One generation of a run.</summary>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="number">0 to T.</param>
    public static Generation Generation(this GenerationRecipe recipe, int number) => new(recipe, number);
}
