namespace DpSynth.Numerics.Search;

/// <summary>The nearest candidates of each query, nearest first.</summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="Neighbours">Candidates a query: what was asked for, or all candidates where there are fewer.</param>
/// <param name="Indices"><c>[Queries, Neighbours]</c> rows of the candidate matrix, each at most once a query.</param>
public sealed record NeighbourTable(int Queries, int Neighbours, int[] Indices)
{
    /// <summary>What executed the search: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>.</summary>
    public string Provider { get; init; } = "cpu";

    /// <summary>The candidates of one query, nearest first.</summary>
    public ReadOnlySpan<int> this[int query] => Indices.AsSpan(query * Neighbours, Neighbours);
}
