
namespace DpSynth.Numerics.Search;

/// <summary>
/// Exact nearest-neighbour search: every query is compared with every candidate, in float32, as a blocked matrix product whose
/// tiles are reduced to the best k while they are in the cache. The whole distance matrix never exists.
/// </summary>
/// <remarks>
/// All metrics are a score to maximise: a·b − ‖b‖²/2 for <see cref="Metric.L2"/> (the same order as ‖a − b‖), a·b/‖b‖ for
/// <see cref="Metric.Cosine"/> (0 where either is all zeros), a·b for <see cref="Metric.InnerProduct"/>. Equal scores go to the lowest
/// index; equal candidates always score equally. Scores that differ by less than float32's resolution may change places. Rows are
/// scaled by powers of two first, which changes no order, so that neither large nor small values leave float32's range. Results depend on neither
/// the number of threads nor the memory bound.
/// </remarks>
public static class NearestNeighbours
{
    /// <summary>Working memory by default, beside operands and result: 512 MiB.</summary>
    public const long DefaultMemoryBytes = 512L << 20;

    /// <summary>Finds the nearest candidates of every query.</summary>
    /// <param name="queries"><c>[N, d]</c>, N ≥ 0.</param>
    /// <param name="candidates"><c>[M, d]</c>, M ≥ 1.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="neighbours">Candidates wanted for each query, at least 1; where M is smaller, all M are returned, each once.</param>
    /// <param name="memoryBytes">Bound on working memory, beside operands and result. Some 5 MiB are enough for sizes however large.</param>
    /// <param name="cancellationToken">Stops the search between blocks.</param>
    /// <exception cref="ArgumentException">Dimensions differ, there are no candidates, or a value is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one neighbour is wanted, or the memory bound is too small.</exception>
    /// <exception cref="OverflowException">N × neighbours is more than an array holds.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public static NeighbourTable Find(
        EmbeddingMatrix queries,
        EmbeddingMatrix candidates,
        Metric metric,
        int neighbours = 1,
        long memoryBytes = DefaultMemoryBytes,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates.Rows, 1, nameof(candidates));
        if (queries.Columns != candidates.Columns)
        {
            throw new ArgumentException(
                $"Queries of dimension {queries.Columns} cannot be compared with candidates of dimension {candidates.Columns}.", nameof(queries));
        }

        var k = Math.Min(neighbours, candidates.Rows);
        var plan = SearchPlan.For(queries.Rows, candidates.Rows, candidates.Columns, k, memoryBytes, Environment.ProcessorCount);
        return Find(queries, candidates, metric, plan, cancellationToken);
    }

    /// <summary>The same with a given plan.</summary>
    internal static NeighbourTable Find(
        EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, SearchPlan plan, CancellationToken cancellationToken)
    {
        var k = plan.Neighbours;
        var indices = new int[checked(queries.Rows * k)];
        var scaling = RowScaling.For(queries, candidates, metric);
        using var scan = new CandidateScan(queries, candidates, scaling, plan, cancellationToken);
        var scores = new float[plan.QueriesAtOnce * k];
        for (var firstQuery = 0; firstQuery < queries.Rows; firstQuery += plan.QueriesAtOnce)
        {
            var queryCount = Math.Min(plan.QueriesAtOnce, queries.Rows - firstQuery);
            Array.Fill(scores, float.NegativeInfinity);
            var top = new TopScores(k, scores, indices.AsMemory(firstQuery * k, queryCount * k));
            for (var first = 0; first < candidates.Rows; first += plan.CandidatesAtOnce)
            {
                scan.Prepare(first, Math.Min(plan.CandidatesAtOnce, candidates.Rows - first));
                scan.Offer(firstQuery, queryCount, top);
            }
        }

        return new NeighbourTable(queries.Rows, k, indices);
    }
}
