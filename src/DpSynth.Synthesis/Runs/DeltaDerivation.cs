using System.Globalization;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Where a run's δ comes from: the request, or 1/(n ln n) of a number of units n that is no secret.</summary>
internal static class DeltaDerivation
{
    /// <summary>δ as it is known before anything is measured; null if it has to come from noisy counts.</summary>
    /// <param name="request">The request.</param>
    /// <param name="publicCounts">The units of each class in grid units, where the request declares them public.</param>
    /// <param name="grid">The grid.</param>
    public static DerivedDelta? BeforeMeasurement(RunRequest request, long[]? publicCounts, VoteGrid grid) =>
        request.Delta is { } given ? new DerivedDelta(given, DeltaSource.Request)
        : request.Privacy.DatasetSize is { } declared ? new DerivedDelta(OfSize(declared), DeltaSource.DeclaredSize)
        : publicCounts is not null ? OfCounts(request, publicCounts, grid, DeltaSource.DeclaredSize)
        : null;

    /// <summary>δ of counts that are public or measured with noise.</summary>
    public static DerivedDelta OfCounts(RunRequest request, long[] counts, VoteGrid grid, DeltaSource source)
    {
        var size = Math.Round((double)counts.Sum() / grid.UnitsPerVote);
        return size >= PrivacyOptions.MinUnits
            ? new DerivedDelta(OfSize(size), source)
            : new DerivedDelta(0, source, string.Create(
                CultureInfo.InvariantCulture,
                $"The dataset '{request.Dataset}' counts fewer than {PrivacyOptions.MinUnits} "
                    + $"{Units(request)}{(source == DeltaSource.NoisySize ? " with noise" : "")}, too few to derive 'delta' from; give 'delta', "
                    + $"or use a larger dataset."));
    }

    /// <summary>What a unit is called.</summary>
    public static string Units(RunRequest request) => request.Privacy.Unit == PrivacyUnit.Owner ? "owners" : "images";

    private static double OfSize(double units) => 1 / (units * Math.Log(units));
}

/// <summary>A run's δ.</summary>
/// <param name="Delta">δ; without meaning if there is a fault.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Fault">One sentence if none can be derived, else null.</param>
internal sealed record DerivedDelta(double Delta, DeltaSource Source, string? Fault = null);
