using DpSynth.Numerics;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Selects the parents of a generation from the released histogram. It reads nothing that was not released, so that it costs no
/// privacy.
/// </summary>
public sealed class ParentSelection(IPrivateStore privateStore, ICandidateStore candidates, CandidateEmbeddings embeddings)
{
    /// <summary>Tells this stage's seeds from the generators'.</summary>
    private const ulong SelectionStage = 4;

    /// <summary>Selects and stores the parents of generation <paramref name="iteration"/>; doing it again gives the same.</summary>
    public async Task<ParentChoice> SelectAsync(string runId, int iteration, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        var histograms = await ReadHistogramsAsync(run, iteration, cancellationToken);
        var selected = ParentSelector.Select(
            histograms,
            [.. histograms.Select((_, classIndex) => ParentCount(run.Recipe, iteration, classIndex))],
            run.Recipe.Evolution,
            SeededRandom.Derive(run.Recipe.Seed, SelectionStage, (ulong)iteration),
            cancellationToken);
        var parents = selected.Select((parents, classIndex) => Children(run.Recipe, iteration, classIndex, parents.Indices)).ToArray();
        var fallbacks = Enumerable.Range(0, selected.Length).Where(classIndex => selected[classIndex].Fallback is not null).ToList();

        await candidates.WriteParentsAsync(runId, iteration, new ParentList(parents), cancellationToken);
        await privateStore.TryCreateRecordAsync(runId, ParentChoice.RecordName(iteration), new ParentChoice(fallbacks), cancellationToken);
        return new ParentChoice(fallbacks);
    }

    /// <summary>Children are the parents' variations, fold after fold, followed by the parents themselves if they are kept.</summary>
    internal static ClassParents Children(GenerationRecipe recipe, int generation, int classIndex, IReadOnlyList<int> parents)
    {
        var references = References(recipe, generation - 1, classIndex);
        var children = PopulationLayout.ClassCount(recipe, generation, classIndex);
        var kept = recipe.Evolution.KeepSelected ? Math.Min(parents.Count, children) : 0;
        var list = new CandidateReference[children];
        for (var i = 0; i < children - kept; i++)
        {
            list[i] = references[parents[i % parents.Count]];
        }

        for (var i = 0; i < kept; i++)
        {
            list[children - kept + i] = references[parents[i]];
        }

        return new ClassParents(list, children - kept);
    }

    private static int ParentCount(GenerationRecipe recipe, int iteration, int classIndex)
    {
        var perParent = recipe.Evolution.NextVariationFolds + (recipe.Evolution.KeepSelected ? 1 : 0);
        return (PopulationLayout.ClassCount(recipe, iteration, classIndex) + perParent - 1) / perParent;
    }

    private async Task<ClassHistogram[]> ReadHistogramsAsync(SettledRun run, int iteration, CancellationToken cancellationToken)
    {
        var histograms = new ClassHistogram[run.Recipe.Classes.Count];
        for (var classIndex = 0; classIndex < histograms.Length; classIndex++)
        {
            var counts = await privateStore.ReadReleaseAsync(run.Request.RunId, PrivateEvolutionMethod.ReleaseOf(iteration), classIndex, cancellationToken)
                ?? throw new InvalidOperationException($"Iteration {iteration} of run '{run.Request.RunId}' has not been released.");
            var places = run.Recipe.Evolution is { ContrastNeighbours: > 0 } or { SmoothingNeighbours: > 0 }
                ? await embeddings.ReadAsync(run.Recipe, iteration - 1, classIndex, cancellationToken)
                : null;
            histograms[classIndex] = new ClassHistogram(
                Array.ConvertAll(counts, units => (double)units / run.Grid.UnitsPerVote), run.NoiseInVotes(PrivateEvolutionMethod.ReleaseOf(iteration)), places);
        }

        return histograms;
    }

    private static CandidateReference[] References(GenerationRecipe recipe, int generation, int classIndex) =>
    [
        .. PopulationLayout.ClassJobs(recipe, generation, classIndex)
            .SelectMany(job => Enumerable.Range(0, job.Count), (job, index) => new CandidateReference(job.Shard, index)),
    ];
}

/// <summary>What is to be said of a selection.</summary>
/// <param name="FallbackClasses">Classes whose histogram was empty above the threshold, so that the largest noisy counts were taken instead.</param>
public sealed record ParentChoice(IReadOnlyList<int> FallbackClasses)
{
    /// <summary>Name of the record of one iteration's selection.</summary>
    internal static string RecordName(int iteration) => $"selection-{iteration:D3}";
}
