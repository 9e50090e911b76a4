namespace DpSynth.Synthesis.Generation;

/// <summary>
/// How a generation's candidates are divided: evenly over the classes (never by the private classes' sizes), and each class into
/// shards. Follows from the recipe alone, so that everyone computes the same.
/// </summary>
public static class PopulationLayout
{
    /// <summary>Candidates of one class in a generation; the first classes take what does not divide evenly.</summary>
    public static int ClassCount(GenerationRecipe recipe, int generation, int classIndex)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var size = recipe.Evolution.PopulationSizes[generation];
        var classes = recipe.Classes.Count;
        return size / classes + (classIndex < size % classes ? 1 : 0);
    }

    /// <summary>The jobs that make a generation, one a shard, class after class.</summary>
    public static IReadOnlyList<GenerationJob> Jobs(GenerationRecipe recipe, int generation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var jobs = new List<GenerationJob>();
        for (var classIndex = 0; classIndex < recipe.Classes.Count; classIndex++)
        {
            var count = ClassCount(recipe, generation, classIndex);
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
