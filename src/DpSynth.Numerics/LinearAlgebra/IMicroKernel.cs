namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>
/// The innermost step of a matrix product: one tile of <see cref="Rows"/> × <see cref="Columns"/> values, held in registers over
/// the whole depth. Every value of the tile is one chain of fused multiply-adds in ascending order of depth, so that equal rows
/// give bitwise equal products wherever in the matrix they stand.
/// </summary>
internal unsafe interface IMicroKernel
{
    /// <summary>Rows of a tile: the panel width in which the left operand is packed.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of a tile: the panel width in which the right operand is packed.</summary>
    static abstract int Columns { get; }

    /// <summary>tile[i, j] (+)= Σ_p left[p, i] · right[p, j].</summary>
    /// <param name="left">Packed <c>[depth, Rows]</c>.</param>
    /// <param name="right">Packed <c>[depth, Columns]</c>.</param>
    /// <param name="depth">Length of the sum.</param>
    /// <param name="tile">Receives the tile, row-major.</param>
    /// <param name="stride">Values from one of the tile's rows to the next.</param>
    /// <param name="accumulate">Whether the sum starts from what the tile holds, or from 0.</param>
    static abstract void Multiply(float* left, float* right, int depth, float* tile, int stride, bool accumulate);
}
