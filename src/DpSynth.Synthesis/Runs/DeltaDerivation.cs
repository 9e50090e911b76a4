using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Where a run's δ comes from: the request, or 1/(n ln n) of a number of units n that is no secret, and at most what the policy allows.</summary>
internal static class DeltaDerivation
{
    /// <summary>δ as it is known before anything is measured; null if it has to come from noisy counts.</summary>
    /// <param name="guarantee">What the run guarantees.</param>
    /// <param name="publicCounts">The units of each class in grid units, where the policy makes them public and the request uses them.</param>
    /// <param name="grid">The grid.</param>
    public static DerivedDelta? BeforeMeasurement(Guarantee guarantee, long[]? publicCounts, VoteGrid grid) =>
        guarantee.Delta is { } given ? new DerivedDelta(given, DeltaSource.Request)
        : guarantee.PublicSize is { } size ? new DerivedDelta(OfSize(guarantee, size), DeltaSource.DeclaredSize)
        : publicCounts is not null ? OfCounts(guarantee, publicCounts, grid, DeltaSource.DeclaredSize)
        : null;

    /// <summary>δ of counts that are public or measured with noise.</summary>
    /// <remarks>
    /// Of fewer than <see cref="PrivacyOptions.MinUnits"/> the δ is that of so many: a refusal would tell how few there are.
    /// </remarks>
    public static DerivedDelta OfCounts(Guarantee guarantee, long[] counts, VoteGrid grid, DeltaSource source) =>
        new(OfSize(guarantee, Math.Round((double)counts.Sum() / grid.UnitsPerVote)), source);

    /// <summary>What a unit is called.</summary>
    public static string Units(Guarantee guarantee) => guarantee.Unit == PrivacyUnit.Owner ? "owners" : "images";

    private static double OfSize(Guarantee guarantee, double units)
    {
        var few = Math.Max(units, PrivacyOptions.MinUnits);
        return Math.Min(1 / (few * Math.Log(few)), guarantee.LargestDelta);
    }
}

/// <summary>A run's δ.</summary>
/// <param name="Delta">δ.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record DerivedDelta(double Delta, DeltaSource Source);
