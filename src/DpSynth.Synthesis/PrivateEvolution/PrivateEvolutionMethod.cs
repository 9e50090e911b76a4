using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Private Evolution as a method: T measurements, each of the vote histograms of all classes, and the last generation to publish (arXiv
/// 2305.15560, algorithm 1).
/// </summary>
public sealed class PrivateEvolutionMethod(IRunRecords records) : IMethod
{
    /// <summary>Bits of the grid where votes are fractions: rounding then takes less than a thousandth of a vote.</summary>
    private const int FractionBits = 10;

    /// <inheritdoc/>
    public string Name => EvolutionDescriptor.Name;

    /// <summary>One iteration's measurement, by name.</summary>
    public static string MeasurementOf(int iteration) => $"iteration-{iteration:D3}";

    /// <summary>However the classes' counts turn out, each must have a candidate, and as many as an image votes for where it votes.</summary>
    public string? FindFault(RunRequest request, int classes)
    {
        ArgumentNullException.ThrowIfNull(request);
        var evolution = request.Evolution;
        for (var generation = 0; generation <= evolution.Iterations; generation++)
        {
            var size = evolution.PopulationSizes[generation];
            var smallest = evolution.MinPerClass(generation);
            if (size < (long)smallest * classes)
            {
                return smallest == 1
                    ? $"A population of {size} leaves some of the dataset's {classes} classes without a candidate; raise 'evolution.populationSizes' "
                        + $"to at least {classes}."
                    : $"A population of {size} leaves some of the dataset's {classes} classes with fewer candidates than the {smallest} that an image "
                        + $"votes for; raise 'evolution.populationSizes' to at least {(long)smallest * classes}, or ask for fewer 'evolution.neighbours'.";
            }
        }

        return null;
    }

    /// <summary>Where a unit has a single whole vote it moves one count by one; else its vote lies among several, with an L2 norm of at most one.</summary>
    public static MeasurementDesign DesignOf(RunRequest request, PrivacyUnit unit)
    {
        ArgumentNullException.ThrowIfNull(request);
        var evolution = request.Evolution;
        var isSingleVote = unit == PrivacyUnit.Image && evolution.Neighbours == 1;
        var weights = evolution.BudgetWeights is { Count: > 0 } given ? given : [.. Enumerable.Repeat(1.0, evolution.Iterations)];
        return new MeasurementDesign(
            new VoteGrid(isSingleVote ? 0 : FractionBits),
            isSingleVote ? ContributionShape.OneCoordinate : ContributionShape.Vector,
            [.. weights.Select((weight, index) => new WeightedMeasurement(MeasurementOf(index + 1), weight))]);
    }

    /// <inheritdoc/>
    public MeasurementDesign Design(RunRequest request, PrivacyUnit unit) => DesignOf(request, unit);

    /// <inheritdoc/>
    public IReadOnlyList<GenerationStep> Steps(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return [.. Generation.Steps(request.Evolution, request.Scores.IsWanted)];
    }

    /// <inheritdoc/>
    public async Task<MethodReport> ReportAsync(ReservedRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var last = run.Request.Evolution.Iterations;
        var iterations = new List<ManifestIteration>();
        for (var iteration = 1; iteration <= last; iteration++)
        {
            var selected = await records.ReadRecordAsync<ParentChoice>(run.Request.RunId, ParentChoice.RecordName(iteration), cancellationToken);
            var fallbacks = selected?.FallbackClasses is { Count: > 0 } classes ? classes : null;
            iterations.Add(new ManifestIteration(
                iteration, run.NoiseInVotes(MeasurementOf(iteration)), fallbacks is null ? null : SelectedParents.RankFallback, fallbacks));
        }

        return new MethodReport
        {
            Published = run.Generation(last).Population.Jobs,
            Made = [.. Enumerable.Range(0, last + 1).SelectMany(generation => run.Generation(generation).Population.Jobs)],
            SearchProviders = await SearchRecord.ReadAsync(records, run.Request.RunId, cancellationToken),
            Iterations = iterations,
        };
    }
}
