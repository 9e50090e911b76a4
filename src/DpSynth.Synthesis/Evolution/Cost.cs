using DpSynth.Privacy;

namespace DpSynth.Synthesis.Evolution;

/// <summary>What a run has cost.</summary>
internal static class Cost
{
    /// <summary>ε of releases 1 to <paramref name="releases"/> together at the run's δ; 0 before the first, never above what was asked for.</summary>
    public static double EpsilonOf(RunPlan plan, int releases)
    {
        if (releases == 0)
        {
            return 0;
        }

        // The noise was calibrated so that all releases cost at most the request's ε; the way back may round one unit above it.
        var mu = GaussianAccountant.Compose([.. plan.NoiseMultipliers.Take(releases)]);
        return Math.Min(plan.Request.Epsilon, GaussianAccountant.Epsilon(mu, plan.Request.Delta));
    }
}
