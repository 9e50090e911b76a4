using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Counts the votes of private images for the candidates of their class (arXiv 2305.15560, algorithm 2, before noise), where the unit
/// of privacy is the image. The result is private until noise is added.
/// </summary>
/// <remarks>
/// An image gives ⌊2^b/√k⌋ grid units to each of its k nearest candidates, so that its vector of votes has L2 norm at most 2^b, one
/// full vote. Adding or removing one image moves the histogram by at most that. This holds whatever a search answers: a candidate that it names
/// twice has one vote, one that there is not has none.
/// </remarks>
public static class VoteCounter
{
    /// <summary>Counts votes.</summary>
    /// <param name="images">Embeddings of private images, <c>[N, d]</c>; N may be 0.</param>
    /// <param name="candidates">Embeddings of the candidates, <c>[M, d]</c>, M ≥ k.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="neighbours">k, at least 1.</param>
    /// <param name="grid">The grid that votes are counted on.</param>
    /// <param name="cancellationToken">Stops the count.</param>
    /// <returns>Grid units, one number a candidate.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer candidates than neighbours.</exception>
    public static long[] Count(
        EmbeddingMatrix images,
        EmbeddingMatrix candidates,
        Metric metric,
        int neighbours,
        VoteGrid grid,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates.Rows, neighbours, nameof(candidates));
        return Count(NearestNeighbours.Find(images, candidates, metric, neighbours, cancellationToken: cancellationToken), candidates.Rows, grid);
    }

    /// <summary>Counts votes that were searched already.</summary>
    /// <param name="table">The k nearest candidates of each image.</param>
    /// <param name="candidates">M.</param>
    /// <param name="grid">The grid that votes are counted on.</param>
    /// <returns>Grid units, one number a candidate.</returns>
    public static long[] Count(NeighbourTable table, int candidates, VoteGrid grid)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(grid);
        var each = new long[table.Neighbours];
        grid.Scale([.. Enumerable.Repeat(1, table.Neighbours)], each);
        var votes = new long[candidates];
        for (var image = 0; image < table.Queries; image++)
        {
            var nearest = table[image];
            for (var i = 0; i < nearest.Length; i++)
            {
                if ((uint)nearest[i] < (uint)candidates && !nearest[..i].Contains(nearest[i]))
                {
                    votes[nearest[i]] += each[0];
                }
            }
        }

        return votes;
    }
}
