
namespace DpSynth.Numerics.Search;

/// <summary>Searches the nearest candidates of private images, on whatever this machine has for it. Thread-safe.</summary>
public interface INeighbourSearch
{
    /// <summary>Finds the nearest candidates of every query, as <see cref="NearestNeighbours"/> does: equal scores go to the lowest index.</summary>
    /// <param name="queries"><c>[N, d]</c>.</param>
    /// <param name="candidates"><c>[M, d]</c>, M ≥ 1.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="neighbours">Candidates wanted for each query, at least 1.</param>
    /// <param name="cancellationToken">Stops the search between blocks.</param>
    /// <exception cref="ArgumentException">Dimensions differ, there are no candidates, or a value is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one neighbour is wanted.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    NeighbourTable Find(EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, int neighbours, CancellationToken cancellationToken);
}

/// <summary>The search on the processor: <see cref="NearestNeighbours"/>.</summary>
public sealed class ProcessorSearch : INeighbourSearch
{
    /// <inheritdoc/>
    public NeighbourTable Find(EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, int neighbours, CancellationToken cancellationToken) =>
        NearestNeighbours.Find(queries, candidates, metric, neighbours, cancellationToken: cancellationToken);
}
