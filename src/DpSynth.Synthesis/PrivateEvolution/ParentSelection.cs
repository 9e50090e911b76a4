using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Selects the parents of a generation from the measured histogram. It reads nothing that was not measured, so that it costs no
/// privacy.
/// </summary>
public sealed class ParentSelection(IRunRecords records, IMeasurements measured, ICandidateStore candidates, CandidateEmbeddings embeddings)
{
    /// <summary>Selects and stores the parents of generation <paramref name="iteration"/>; doing it again gives the same.</summary>
    public async Task<ParentChoice> SelectAsync(string runId, int iteration, CancellationToken cancellationToken)
    {
        var run = await records.ReadReservedAsync(runId, cancellationToken);
        var generation = run.Generation(iteration - 1);
        var selected = Evolution.Select(generation, await ReadHistogramsAsync(run, generation, cancellationToken), cancellationToken);
        var fallbacks = Enumerable.Range(0, selected.Length).Where(classIndex => selected[classIndex].Fallback is not null).ToList();

        await candidates.WriteParentsAsync(runId, iteration, Evolution.Breed(generation, selected), cancellationToken);
        await records.TryCreateRecordAsync(runId, ParentChoice.RecordName(iteration), new ParentChoice(fallbacks), cancellationToken);
        return new ParentChoice(fallbacks);
    }

    private async Task<ClassHistogram[]> ReadHistogramsAsync(ReservedRun run, Generation generation, CancellationToken cancellationToken)
    {
        var iteration = generation.Number + 1;
        var key = PrivateEvolutionMethod.MeasurementOf(iteration);
        var histograms = new ClassHistogram[run.Recipe.Classes.Count];
        for (var classIndex = 0; classIndex < histograms.Length; classIndex++)
        {
            var counts = await measured.ReadMeasurementAsync(run.Request.RunId, key, classIndex, cancellationToken)
                ?? throw new InvalidOperationException($"Iteration {iteration} of run '{run.Request.RunId}' has not been measured.");
            var places = run.Request.Evolution is { ContrastNeighbours: > 0 } or { SmoothingNeighbours: > 0 }
                ? await embeddings.ReadAsync(run.Recipe, generation.Number, classIndex, cancellationToken)
                : null;
            histograms[classIndex] = new ClassHistogram(
                Array.ConvertAll(counts, units => (double)units / run.Grid.UnitsPerVote), run.NoiseInVotes(key), places);
        }

        return histograms;
    }
}

/// <summary>What is to be said of a selection.</summary>
/// <param name="FallbackClasses">Classes whose histogram was empty above the threshold, so that the largest noisy counts were taken instead.</param>
public sealed record ParentChoice(IReadOnlyList<int> FallbackClasses)
{
    /// <summary>Name of the record of one iteration's selection.</summary>
    internal static string RecordName(int iteration) => $"selection-{iteration:D3}";
}
