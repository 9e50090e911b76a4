using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.LinearAlgebra;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Voting;

/// <summary>
/// Exact nearest-neighbour search: every query is compared with every candidate, in float32, as a blocked matrix product whose
/// tiles are reduced to the best k while they are in the cache. The whole distance matrix never exists.
/// </summary>
/// <remarks>
/// All metrics are a score to maximise: a·b − ‖b‖²/2 for <see cref="Metric.L2"/> (the same order as ‖a − b‖), a·b/‖b‖ for
/// <see cref="Metric.Cosine"/> (0 for a candidate of zeros), a·b for <see cref="Metric.InnerProduct"/>. Equal scores go to the lowest
/// index; equal candidates always score equally. Scores that differ by less than float32's resolution may change places. Results
/// depend on neither the number of threads nor the memory bound.
/// </remarks>
public static unsafe class NearestNeighbours
{
    /// <summary>Working memory by default, beside operands and result: 512 MiB.</summary>
    public const long DefaultMemoryBytes = 512L << 20;

    private const int QueryBlock = 192;
    private const int TileColumns = 512;

    /// <summary>Finds the nearest candidates of every query.</summary>
    /// <param name="queries"><c>[N, d]</c>, N ≥ 0.</param>
    /// <param name="candidates"><c>[M, d]</c>, M ≥ 1.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <param name="neighbours">Candidates wanted for each query, at least 1; where M is smaller, all M are returned, each once.</param>
    /// <param name="memoryBytes">
    /// Bound on working memory. Candidates are taken in as many blocks as it asks for, 32 or more at a time.
    /// </param>
    /// <param name="cancellationToken">Stops the search between blocks.</param>
    /// <exception cref="ArgumentException">Dimensions differ, there are no candidates, or a value is not finite or too large to square.</exception>
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
        var scores = new float[checked(queries.Rows * k)];
        var indices = new int[scores.Length];
        Array.Fill(scores, float.NegativeInfinity);
        Array.Fill(indices, -1);

        var blockRows = CandidatesAtOnce(candidates, memoryBytes);
        using var packed = new PackedRows(blockRows, candidates.Columns, TileProduct.RightWidth);
        for (var first = 0; first < candidates.Rows; first += blockRows)
        {
            var count = Math.Min(blockRows, candidates.Rows - first);
            var (scale, bias) = ScoreTerms(candidates, first, count, metric);
            packed.Pack(candidates.Values.Slice(first * candidates.Columns, count * candidates.Columns), scale);
            Scan(queries, packed, bias, first, new TopScores(k, scores, indices), cancellationToken);
        }

        if (Array.Exists(scores, static score => !float.IsFinite(score)))
        {
            throw new ArgumentException("An embedding holds a value that is not finite, or too large to square.", nameof(queries));
        }

        return new NeighbourTable(queries.Rows, k, indices);
    }

    private static int CandidatesAtOnce(EmbeddingMatrix candidates, long memoryBytes)
    {
        var workspaces = Environment.ProcessorCount * sizeof(float) * (long)QueryBlock * (candidates.Columns + TileColumns);
        var perCandidate = sizeof(float) * (candidates.Columns + 2L);
        var rows = (memoryBytes - workspaces) / perCandidate / TileProduct.RightWidth * TileProduct.RightWidth;
        return (int)Math.Clamp(rows, TileProduct.RightWidth, Math.Max(TileProduct.RightWidth, candidates.Rows));
    }

    /// <summary>What candidates are multiplied with before, and what is taken off their products after.</summary>
    private static (float[] Scale, float[] Bias) ScoreTerms(EmbeddingMatrix candidates, int first, int count, Metric metric)
    {
        var padded = (count + TileProduct.RightWidth - 1) / TileProduct.RightWidth * TileProduct.RightWidth;
        var scale = metric == Metric.Cosine ? new float[count] : [];
        var bias = new float[padded];
        bias.AsSpan(count).Fill(float.PositiveInfinity);
        for (var i = 0; i < count; i++)
        {
            var squared = 0.0;
            foreach (var value in candidates[first + i])
            {
                squared += (double)value * value;
            }

            if (!double.IsFinite(squared) || squared > float.MaxValue)
            {
                throw new ArgumentException("An embedding holds a value that is not finite, or too large to square.", nameof(candidates));
            }

            switch (metric)
            {
                case Metric.L2:
                    bias[i] = (float)(squared / 2);
                    break;
                case Metric.Cosine:
                    scale[i] = squared > 0 ? (float)(1 / Math.Sqrt(squared)) : 0;
                    break;
            }
        }

        return (scale, bias);
    }

    private static void Scan(
        EmbeddingMatrix queries, PackedRows packed, float[] bias, int first, TopScores top, CancellationToken cancellationToken)
    {
        var blocks = (queries.Rows + QueryBlock - 1) / QueryBlock;
        using var workspaces = new ThreadLocal<Workspace>(() => new Workspace(packed.Depth), trackAllValues: true);
        try
        {
            Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellationToken }, block =>
            {
                var start = block * QueryBlock;
                var count = Math.Min(QueryBlock, queries.Rows - start);
                var workspace = workspaces.Value!;
                workspace.Queries.Pack(queries.Values.Slice(start * packed.Depth, count * packed.Depth));
                var panelsAtOnce = TileColumns / TileProduct.RightWidth;
                for (var panel = 0; panel < packed.Panels; panel += panelsAtOnce)
                {
                    var panels = Math.Min(panelsAtOnce, packed.Panels - panel);
                    TileProduct.Compute(workspace.Queries, packed, panel, panels, workspace.Tile);
                    var columns = panels * TileProduct.RightWidth;
                    var column = panel * TileProduct.RightWidth;
                    for (var row = 0; row < count; row++)
                    {
                        top.Offer(
                            start + row,
                            first + column,
                            new ReadOnlySpan<float>(workspace.Tile.Pointer + ((long)row * columns), columns),
                            bias.AsSpan(column, columns));
                    }
                }
            });
        }
        finally
        {
            foreach (var workspace in workspaces.Values)
            {
                workspace.Dispose();
            }
        }
    }

    private sealed class Workspace(int depth) : IDisposable
    {
        public PackedRows Queries { get; } = new(QueryBlock, depth, TileProduct.LeftWidth);

        public AlignedBuffer Tile { get; } = new((QueryBlock + TileProduct.LeftWidth) * (long)TileColumns);

        public void Dispose()
        {
            Queries.Dispose();
            Tile.Dispose();
        }
    }
}
