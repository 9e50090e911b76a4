namespace DpSynth.Numerics.Search;

/// <summary>The nearest candidates of each query, nearest first.</summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="Neighbours">Candidates a query: what was asked for, or all candidates where there are fewer.</param>
/// <param name="Indices"><c>[Queries, Neighbours]</c> rows of the candidate matrix, each at most once a query.</param>
public sealed record NeighbourTable(int Queries, int Neighbours, int[] Indices)
{
    /// <summary>What executed the search: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>.</summary>
    public string Provider { get; init; } = "cpu";

    /// <summary>The candidates of one query, <c>[Neighbours]</c>, nearest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="query"/> is outside 0..<see cref="Queries"/>-1.</exception>
    public ReadOnlySpan<int> this[int query] => Indices.AsSpan(query * Neighbours, Neighbours);
}
