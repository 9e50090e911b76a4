using System.Collections.Concurrent;
using DpSynth.Numerics;
using DpSynth.Numerics.LinearAlgebra;

namespace DpSynth.Evaluation.Distances;

/// <summary>Goes through the inner products of all pairs of two sets, tile by tile on all cores, in some dozen MiB for any size.</summary>
internal static class ProductTiles
{
    private const int Rows = 192;
    private const int MaxColumns = 2048;
    private const int MaxPacked = 1 << 22;

    /// <summary>What is done with a tile.</summary>
    /// <param name="firstRow">The first of its rows in the left set; a multiple of <see cref="RowBlock"/>.</param>
    /// <param name="firstColumn">The first of its rows in the right set.</param>
    /// <param name="columns">Length of a row of the tile.</param>
    /// <param name="products">a·b in float32, <c>[rows, columns]</c>.</param>
    public delegate void Visit(int firstRow, int firstColumn, int columns, ReadOnlySpan<float> products);

    /// <summary>Rows of a tile, but for the last one. No two tiles with the same rows are visited at a time.</summary>
    public static int RowBlock => Rows;

    /// <summary>Visits every tile once.</summary>
    public static void ForEach(EmbeddingMatrix left, EmbeddingMatrix right, Visit visit, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        var depth = left.Columns;
        var columnsAtOnce = Math.Clamp(MaxPacked / depth, 32, MaxColumns);
        var buffers = new ConcurrentBag<float[]>();
        for (var first = 0; first < right.Rows; first += columnsAtOnce)
        {
            var (firstColumn, columns) = (first, Math.Min(columnsAtOnce, right.Rows - first));
            using var operand = new MatrixProduct(right.Memory.Span.Slice(checked(first * depth), columns * depth), depth);
            Parallel.For(0, (left.Rows + Rows - 1) / Rows, parallel, block =>
            {
                var firstRow = block * Rows;
                var rows = Math.Min(Rows, left.Rows - firstRow);
                var buffer = buffers.TryTake(out var used) ? used : new float[Rows * columnsAtOnce];
                operand.Multiply(left.Memory.Span.Slice(checked(firstRow * depth), rows * depth), buffer.AsSpan(0, rows * columns));
                visit(firstRow, firstColumn, columns, buffer.AsSpan(0, rows * columns));
                buffers.Add(buffer);
            });
        }
    }
}
