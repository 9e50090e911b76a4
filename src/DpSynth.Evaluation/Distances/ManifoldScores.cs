using DpSynth.Numerics;

namespace DpSynth.Evaluation.Distances;

/// <summary>
/// How well a generated set covers a real one and stays within it. Each set's manifold is the union of the balls around its embeddings
/// that reach to the k-th nearest other embedding of the same set.
/// </summary>
/// <param name="Neighbours">k.</param>
/// <param name="Precision">
/// The share of generated embeddings within the real manifold (Kynkäänniemi et al. 2019, arXiv 1904.06991, equations 1 and 2); [0, 1].
/// </param>
/// <param name="Recall">The share of real embeddings within the generated manifold (same source); [0, 1].</param>
/// <param name="Density">
/// In how many real balls a generated embedding lies on the average, in units of k (Naeem et al. 2020, arXiv 2002.09797, equation 3); can be above 1.
/// </param>
/// <param name="Coverage">The share of real balls that hold a generated embedding (same source, equation 4); [0, 1].</param>
public sealed record ManifoldScores(int Neighbours, double Precision, double Recall, double Density, double Coverage)
{
    /// <summary>k where nothing else is said: that of Naeem et al.; Kynkäänniemi et al. took 3.</summary>
    public const int DefaultNeighbours = 5;

    /// <summary>
    /// Compares a generated set with a real one. Exact: a pair whose float32 distance is too close to a radius is looked at again in float64.
    /// </summary>
    /// <param name="real"><c>[n, d]</c>, n &gt; k.</param>
    /// <param name="generated"><c>[m, d]</c>, m &gt; k.</param>
    /// <param name="neighbours">k, at least 1.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ArgumentException">Dimensions differ, a set is too small, or a value is not finite.</exception>
    public static ManifoldScores Of(
        EmbeddingMatrix real,
        EmbeddingMatrix generated,
        int neighbours = DefaultNeighbours,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        EmbeddingSets.Check(real, generated, atLeast: neighbours + 1);
        var realBalls = Balls.Around(real, neighbours, cancellationToken);
        var generatedBalls = Balls.Around(generated, neighbours, cancellationToken);
        var pairs = new BallPairs(realBalls, generatedBalls);
        pairs.Visit(cancellationToken);
        return new ManifoldScores(
            neighbours,
            (double)pairs.RealBallsAround.Count(static count => count > 0) / generated.Rows,
            (double)pairs.IsRecalled.Count(static recalled => recalled) / real.Rows,
            (double)pairs.RealBallsAround.Sum(static count => (long)count) / neighbours / generated.Rows,
            (double)pairs.IsCovered.Count(static covered => covered) / real.Rows);
    }
}
