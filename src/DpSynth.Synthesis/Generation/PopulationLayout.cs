using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// How a generation's candidates are divided: over the classes by the recipe's weights, and each class into shards. Follows from the
/// recipe alone, so that everyone computes the same.
/// </summary>
public static class PopulationLayout
{
    /// <summary>
    /// Candidates of each class in a generation: in proportion to the recipe's weights, but at least one, and as many as a private
    /// image votes for where the generation is voted on.
    /// </summary>
    public static IReadOnlyList<int> ClassCounts(GenerationRecipe recipe, int generation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var evolution = recipe.Evolution;
        var weights = recipe.ClassWeights is { Count: > 0 } given ? given : [.. recipe.Classes.Select(static _ => 1L)];
        return Apportionment.Divide(evolution.PopulationSizes[generation], weights, SmallestClass(evolution, generation));
    }

    /// <summary>Candidates of one class in a generation.</summary>
    public static int ClassCount(GenerationRecipe recipe, int generation, int classIndex) => ClassCounts(recipe, generation)[classIndex];

    /// <summary>The fewest candidates that a class has in a generation.</summary>
    public static int SmallestClass(EvolutionOptions evolution, int generation)
    {
        ArgumentNullException.ThrowIfNull(evolution);
        return generation < evolution.Iterations ? evolution.Neighbours : 1;
    }

    /// <summary>The jobs that make a generation, one a shard, class after class.</summary>
    public static IReadOnlyList<GenerationJob> Jobs(GenerationRecipe recipe, int generation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var jobs = new List<GenerationJob>();
        foreach (var (classIndex, count) in ClassCounts(recipe, generation).Index())
        {
            var shards = (count + recipe.CandidatesPerShard - 1) / recipe.CandidatesPerShard;
            for (var i = 0; i < shards; i++)
            {
                var start = (int)((long)count * i / shards);
                var end = (int)((long)count * (i + 1) / shards);
                jobs.Add(new GenerationJob(recipe.RunId, generation, jobs.Count, classIndex, start, end - start));
            }
        }

        return jobs;
    }

    /// <summary>The shards of one class in a generation, in order.</summary>
    public static IReadOnlyList<GenerationJob> ClassJobs(GenerationRecipe recipe, int generation, int classIndex) =>
        [.. Jobs(recipe, generation).Where(job => job.ClassIndex == classIndex)];
}
