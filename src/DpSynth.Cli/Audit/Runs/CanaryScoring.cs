using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Cli.Audit.Runs;

/// <summary>How much the released votes speak for each canary's presence.</summary>
internal static class CanaryScoring
{
    /// <summary>Median absolute deviation to standard deviation, for a normal law.</summary>
    private const double DeviationsPerMedian = 1.4826;

    /// <summary>
    /// Scores the canaries of one class: in each iteration the noisy votes of a canary's nearest candidate above those of the class's
    /// median candidate, less half a vote for every other canary with the same nearest candidate, weighed by how much noise and
    /// company blur them.
    /// </summary>
    /// <param name="canaries">Embeddings of the canaries, one row each.</param>
    /// <param name="iterations">What was released.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="unitsPerVote">How much a full vote adds to <see cref="MeasuredIteration.NoisyVotes"/>.</param>
    /// <returns>One number a canary; larger speaks for its presence, 0 for neither.</returns>
    public static double[] Score(EmbeddingMatrix canaries, IReadOnlyList<MeasuredIteration> iterations, Metric metric, double unitsPerVote)
    {
        var scores = new double[canaries.Rows];
        foreach (var iteration in iterations)
        {
            var votes = iteration.NoisyVotes.Select(votes => votes / unitsPerVote).ToArray();
            var baseline = Median(votes);
            var noise = DeviationsPerMedian * Median([.. votes.Select(count => Math.Abs(count - baseline))]);
            var nearest = NearestNeighbours.Find(canaries, iteration.Candidates, metric).Indices;
            var company = nearest.CountBy(candidate => candidate).ToDictionary();
            for (var i = 0; i < scores.Length; i++)
            {
                var others = company[nearest[i]] - 1;
                scores[i] += (votes[nearest[i]] - baseline - (others / 2.0) - 0.5) / ((noise * noise) + (others / 4.0) + 1);
            }
        }

        return scores;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
