using DpSynth.Models.Search;
using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Embedders;

/// <summary>
/// The search of <see cref="NearestNeighbours"/> as a graph on ONNX Runtime, for machines with a GPU. On a processor
/// <see cref="NearestNeighbours"/> is two to three times as fast (<c>bench neighbours-onnx</c>).
/// </summary>
public static class OnnxNearestNeighbours
{
    /// <summary>
    /// Finds the nearest candidates of every query; arguments and result as in <see cref="NearestNeighbours.Find"/>, which does the work where the
    /// processor steps in for another provider.
    /// </summary>
    /// <param name="queries"><c>[N, d]</c>.</param>
    /// <param name="candidates"><c>[M, d]</c>; scaled, they lie on the device as a whole.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="neighbours">k; where M is smaller, all M are returned.</param>
    /// <param name="options">What executes the graph.</param>
    /// <param name="scoreBytes">Bound on the score matrix.</param>
    /// <exception cref="ArgumentException">Dimensions differ, there are no candidates, or a value is not finite.</exception>
    /// <exception cref="InferenceException">The provider is not available, or lacks memory.</exception>
    public static NeighbourTable Find(
        EmbeddingMatrix queries,
        EmbeddingMatrix candidates,
        Metric metric,
        int neighbours,
        InferenceOptions options,
        long scoreBytes = NearestNeighbours.DefaultMemoryBytes)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentOutOfRangeException.ThrowIfLessThan(candidates.Rows, 1, nameof(candidates));
        if (queries.Columns != candidates.Columns)
        {
            throw new ArgumentException(
                $"Queries of dimension {queries.Columns} cannot be compared with candidates of dimension {candidates.Columns}.", nameof(queries));
        }

        var k = Math.Min(neighbours, candidates.Rows);
        using var search = new OnnxSearch(candidates.Columns, k, options);
        if (search.Fallback is not null)
        {
            return NearestNeighbours.Find(queries, candidates, metric, k);
        }

        var scaling = RowScaling.For(queries, candidates, metric);
        var bias = new float[candidates.Rows];
        var scaledCandidates = Scaled(candidates, row =>
        {
            (var scale, bias[row]) = scaling.OfCandidate(candidates[row]);
            bias[row] = -bias[row];
            return scale;
        });
        var scaledQueries = Scaled(queries, row => scaling.OfQuery(queries[row]));
        var found = search.Find(scaledQueries, scaledCandidates, bias, scoreBytes);
        return new NeighbourTable(queries.Rows, k, found) { Provider = search.Provider.ToString().ToLowerInvariant() };
    }

    private static float[] Scaled(EmbeddingMatrix matrix, Func<int, double> factorOf)
    {
        var result = new float[matrix.Values.Length];
        Parallel.For(0, matrix.Rows, row =>
        {
            var factor = factorOf(row);
            var source = matrix[row];
            var target = result.AsSpan(row * matrix.Columns, matrix.Columns);
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = (float)(source[i] * factor);
            }
        });
        return result;
    }
}
