using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Voting;

/// <summary>
/// Counts the votes of private units for the candidates of their class (arXiv 2305.15560, algorithm 2, before noise). The result is
/// private until noise is added.
/// </summary>
/// <remarks>
/// A unit gives 1/√k to each of its k nearest candidates, so that its vector of votes has L2 norm 1. Adding or removing one unit
/// moves the histogram by at most 1 in L2 norm; replacing one, by at most √2.
/// </remarks>
public static class VoteCounter
{
    /// <summary>Counts votes.</summary>
    /// <param name="units">Embeddings of private units, <c>[N, d]</c>; N may be 0.</param>
    /// <param name="candidates">Embeddings of the candidates, <c>[M, d]</c>, M ≥ 1.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="neighbours">k, at least 1. With fewer candidates a unit gives 1/√M to each of them.</param>
    /// <param name="cancellationToken">Stops the count.</param>
    /// <returns>One count a candidate; all counts add up to N·√k.</returns>
    public static double[] Count(
        EmbeddingMatrix units,
        EmbeddingMatrix candidates,
        Metric metric,
        int neighbours,
        CancellationToken cancellationToken = default)
    {
        var table = NearestNeighbours.Find(units, candidates, metric, neighbours, cancellationToken: cancellationToken);
        var votes = new long[candidates.Rows];
        foreach (var candidate in table.Indices)
        {
            votes[candidate]++;
        }

        // Whole numbers first: shards then add up to the same histogram in whatever order they are counted.
        var weight = 1 / Math.Sqrt(table.Neighbours);
        return Array.ConvertAll(votes, count => count * weight);
    }
}
