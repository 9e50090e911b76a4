using System.Runtime.Intrinsics;

namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>
/// Products A·Bᵀ of packed rows into a caller's tile, which it then reads while the tile is still in the cache. The kernel is
/// chosen once for the machine.
/// </summary>
internal static unsafe class TileProduct
{
    // Rows of a panel's slice: 8 × 512 and 32 × 512 float32 stay in the first and second level cache.
    private const int DepthBlock = 512;

    /// <summary>Panel width of a left operand.</summary>
    public static int LeftWidth => Vector512.IsHardwareAccelerated ? MicroKernel512.Rows : MicroKernelPortable.Rows;

    /// <summary>Panel width of a right operand.</summary>
    public static int RightWidth => Vector512.IsHardwareAccelerated ? MicroKernel512.Columns : MicroKernelPortable.Columns;

    /// <summary>Computes all packed rows of <paramref name="left"/> times some panels of <paramref name="right"/>.</summary>
    /// <param name="left">Packed with <see cref="LeftWidth"/>.</param>
    /// <param name="right">Packed with <see cref="RightWidth"/>, of the same depth.</param>
    /// <param name="firstPanel">The first panel of <paramref name="right"/>.</param>
    /// <param name="panels">Number of panels.</param>
    /// <param name="tile">Receives <c>[left.Panels · LeftWidth, panels · RightWidth]</c>, row-major.</param>
    /// <param name="accumulate">Whether sums start from what the tile holds, or from 0.</param>
    public static void Compute(PackedRows left, PackedRows right, int firstPanel, int panels, AlignedBuffer tile, bool accumulate = false)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Compute<MicroKernel512>(left, right, firstPanel, panels, tile, accumulate);
        }
        else
        {
            Compute<MicroKernelPortable>(left, right, firstPanel, panels, tile, accumulate);
        }
    }

    /// <summary>Values of a tile for so many rows and columns.</summary>
    public static long TileLength(int rows, int columns) =>
        (rows + LeftWidth - 1L) / LeftWidth * LeftWidth * ((columns + RightWidth - 1L) / RightWidth * RightWidth);

    /// <summary>The same with a given kernel.</summary>
    public static void Compute<TKernel>(
        PackedRows left, PackedRows right, int firstPanel, int panels, AlignedBuffer tile, bool accumulate = false)
        where TKernel : struct, IMicroKernel
    {
        if (left.Depth != right.Depth || left.Width != TKernel.Rows || right.Width != TKernel.Columns)
        {
            throw new ArgumentException("The operands are not packed for this kernel, or differ in depth.");
        }

        var stride = panels * TKernel.Columns;
        if ((long)left.Panels * TKernel.Rows * stride > tile.Length || firstPanel + panels > right.Panels)
        {
            throw new ArgumentException("The tile is too small, or the panels reach beyond the right operand.");
        }

        for (var start = 0; start < left.Depth; start += DepthBlock)
        {
            var depth = Math.Min(DepthBlock, left.Depth - start);
            for (var column = 0; column < panels; column++)
            {
                var rightPanel = right.Panel(firstPanel + column) + ((long)start * TKernel.Columns);
                for (var row = 0; row < left.Panels; row++)
                {
                    TKernel.Multiply(
                        left.Panel(row) + ((long)start * TKernel.Rows),
                        rightPanel,
                        depth,
                        tile.Pointer + ((long)row * TKernel.Rows * stride) + (column * TKernel.Columns),
                        stride,
                        accumulate || start > 0);
                }
            }
        }
    }
}
