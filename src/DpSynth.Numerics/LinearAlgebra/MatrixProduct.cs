using System.Collections.Concurrent;
using System.Numerics.Tensors;

namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>
/// Single-precision products A·Bᵀ with a right operand B that is packed once. Results do not depend on the number of threads: every
/// value is one chain of fused multiply-adds in ascending order of the inner index, computed by one thread.
/// </summary>
public sealed unsafe class MatrixProduct : IDisposable
{
    private const int BlockRows = 192;
    private const int BlockColumns = 512;

    private readonly PackedRows right;
    private readonly ConcurrentBag<Workspace> workspaces = [];

    /// <summary>Packs B.</summary>
    /// <param name="right">B, <c>[columns, depth]</c>, row-major.</param>
    /// <param name="depth">The inner dimension, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is below 1.</exception>
    /// <exception cref="ArgumentException">The length is not a multiple of the depth.</exception>
    public MatrixProduct(ReadOnlySpan<float> right, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        if (right.Length % depth != 0)
        {
            throw new ArgumentException($"{right.Length} values are no rows of {depth}.", nameof(right));
        }

        this.right = new PackedRows(right.Length / depth, depth, TileProduct.RightWidth);
        this.right.Pack(right);
    }

    /// <summary>C = A·Bᵀ or C += A·Bᵀ on all cores, all row-major.</summary>
    /// <param name="left">A, <c>[rows, depth]</c>.</param>
    /// <param name="right">B, <c>[columns, depth]</c>.</param>
    /// <param name="depth">The inner dimension, at least 1.</param>
    /// <param name="product">C, <c>[rows, columns]</c>.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    /// <param name="lowerTriangle">Whether values above C's diagonal may be left as they are, for symmetric products.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is below 1.</exception>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void MultiplyTransposed(
        ReadOnlyMemory<float> left,
        ReadOnlyMemory<float> right,
        int depth,
        Memory<float> product,
        bool accumulate = false,
        bool lowerTriangle = false)
    {
        using var operand = new MatrixProduct(right.Span, depth);
        operand.CheckSizes(left.Length, product.Length);
        var rows = left.Length / depth;
        Parallel.For(0, (rows + BlockRows - 1) / BlockRows, block =>
        {
            var start = block * BlockRows;
            var count = Math.Min(BlockRows, rows - start);
            operand.MultiplyBlock(
                left.Span.Slice(start * depth, count * depth),
                product.Span.Slice(checked(start * operand.right.Rows), count * operand.right.Rows),
                accumulate,
                lowerTriangle ? start + count : operand.right.Rows);
        });
    }

    /// <summary>C = A·Bᵀ on the caller's thread; any number of threads may call at a time.</summary>
    /// <param name="left">A, <c>[rows, depth]</c>.</param>
    /// <param name="product">C, <c>[rows, columns]</c>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public void Multiply(ReadOnlySpan<float> left, Span<float> product)
    {
        CheckSizes(left.Length, product.Length);
        var rows = left.Length / right.Depth;
        for (var start = 0; start < rows; start += BlockRows)
        {
            var count = Math.Min(BlockRows, rows - start);
            MultiplyBlock(
                left.Slice(start * right.Depth, count * right.Depth),
                product.Slice(start * right.Rows, count * right.Rows),
                accumulate: false,
                right.Rows);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        right.Dispose();
        foreach (var workspace in workspaces)
        {
            workspace.Dispose();
        }
    }

    /// <summary>At most <see cref="BlockRows"/> rows of the product, in its first <paramref name="usedColumns"/> columns at least.</summary>
    private void MultiplyBlock(ReadOnlySpan<float> left, Span<float> product, bool accumulate, int usedColumns)
    {
        if (!workspaces.TryTake(out var workspace))
        {
            workspace = new Workspace(right.Depth);
        }

        workspace.Left.Pack(left);
        var width = TileProduct.RightWidth;
        var panelsAtOnce = Math.Max(1, BlockColumns / width);
        for (var panel = 0; panel < right.Panels && panel * width < usedColumns; panel += panelsAtOnce)
        {
            var panels = Math.Min(panelsAtOnce, right.Panels - panel);
            TileProduct.Compute(workspace.Left, right, panel, panels, workspace.Tile);
            var used = Math.Min(panels * width, right.Rows - (panel * width));
            for (var row = 0; row < workspace.Left.Rows; row++)
            {
                var source = new ReadOnlySpan<float>(workspace.Tile.Pointer + ((long)row * panels * width), used);
                var target = product.Slice((row * right.Rows) + (panel * width), used);
                if (accumulate)
                {
                    TensorPrimitives.Add(source, target, target);
                }
                else
                {
                    source.CopyTo(target);
                }
            }
        }

        workspaces.Add(workspace);
    }

    private void CheckSizes(int left, int product)
    {
        if (left % right.Depth != 0 || product != (long)(left / right.Depth) * right.Rows)
        {
            throw new ArgumentException(
                $"{left} values times {right.Rows} rows of {right.Depth} do not give a product of {product} values.", nameof(product));
        }
    }

    private sealed class Workspace(int depth) : IDisposable
    {
        public PackedRows Left { get; } = new(BlockRows, depth, TileProduct.LeftWidth);

        public AlignedBuffer Tile { get; } =
            new((BlockRows + TileProduct.LeftWidth) * (long)Math.Max(BlockColumns, TileProduct.RightWidth));

        public void Dispose()
        {
            Left.Dispose();
            Tile.Dispose();
        }
    }
}
