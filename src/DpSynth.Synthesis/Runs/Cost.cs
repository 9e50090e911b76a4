using DpSynth.Privacy.Accounting;

namespace DpSynth.Synthesis.Runs;

/// <summary>What a run has cost.</summary>
internal static class Cost
{
    /// <summary>ε of a run's releases up to an iteration together at the run's δ.</summary>
    public static double EpsilonOf(SettledRun run, int iteration) =>
        EpsilonOf([.. run.ReleasesUpTo(iteration).Select(static release => release.Event)], run.Delta, run.Request.Privacy.Adjacency);

    /// <summary>ε of releases together at δ; 0 for none.</summary>
    public static double EpsilonOf(IReadOnlyCollection<PrivacyEvent> events, double delta, Adjacency adjacency) =>
        events.Count == 0 ? 0 : PrivacyAccountant.Epsilon(events, delta, adjacency).Epsilon;
}
