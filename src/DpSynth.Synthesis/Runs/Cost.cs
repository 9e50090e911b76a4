using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Synthesis.Runs;

/// <summary>What a run has cost.</summary>
internal static class Cost
{
    /// <summary>ε of some of a run's measurements together at the run's δ.</summary>
    public static double EpsilonOf(ReservedRun run, IEnumerable<PlannedMeasurement> measurements) =>
        EpsilonOf([.. measurements.Select(static measurement => measurement.Event)], run.Delta, run.Guarantee.Adjacency);

    /// <summary>ε of measurements together at δ; 0 for none.</summary>
    public static double EpsilonOf(IReadOnlyCollection<PrivacyEvent> events, double delta, Adjacency adjacency) =>
        events.Count == 0 ? 0 : PrivacyAccountant.Epsilon(events, delta, adjacency).Epsilon;
}
