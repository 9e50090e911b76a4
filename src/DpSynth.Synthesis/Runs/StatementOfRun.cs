using System.Globalization;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Gathers what a run's privacy statement is computed from.</summary>
internal static class StatementOfRun
{
    /// <summary>The facts of a run whose measurements are all made.</summary>
    /// <exception cref="InvalidOperationException">A measurement has not been spent.</exception>
    public static async Task<StatementFacts> FactsAsync(
        IRunRecords records, ReservedRun run, string product, CancellationToken cancellationToken)
    {
        var request = run.Request;
        var measurements = new List<StatedMeasurement>();
        foreach (var measurement in run.Measurements)
        {
            var spent = await records.ReadRecordAsync<SpentMeasurement>(request.RunId, SpentMeasurement.RecordName(measurement.Key), cancellationToken)
                ?? throw new InvalidOperationException($"The measurement '{measurement.Key}' of run '{request.RunId}' has not been made.");
            measurements.Add(new StatedMeasurement(measurement.Key, measurement.Event, run.Grid.UnitsPerVote, spent.LedgerEntry));
        }

        return new StatementFacts
        {
            Product = product,
            RunId = request.RunId,
            Dataset = request.Dataset,
            Unit = run.Guarantee.Unit,
            OwnersFrom = run.Guarantee.Owners?.Description,
            Adjacency = run.Guarantee.Adjacency,
            RequestedEpsilon = request.Epsilon,
            Delta = run.Delta,
            DeltaSource = run.DeltaSource,
            Measurements = measurements,
            DeclaredPublic = [.. DeclaredPublic(run)],
        };
    }

    private static IEnumerable<string> DeclaredPublic(ReservedRun run)
    {
        var guarantee = run.Guarantee;
        var units = DeltaDerivation.Units(guarantee);
        if (run.Recipe.Classes[0] is not null)
        {
            yield return "The policy makes public the names of the classes.";
        }

        if (guarantee.ClassCounts == ClassCounts.Public)
        {
            yield return $"The policy makes public how many {units} each class has; the population is divided by these true counts.";
        }

        if (guarantee.PublicSize is { } size)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The policy makes public that the dataset has {size} {units}.");
        }
    }
}
