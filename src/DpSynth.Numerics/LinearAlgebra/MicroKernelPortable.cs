using System.Numerics;

namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>Tiles of 6 rows in the machine's natural vectors (256 bits with AVX2, 128 with Arm Neon): 12 accumulators fit 16 registers.</summary>
internal readonly unsafe struct MicroKernelPortable : IMicroKernel
{
    public static int Rows => 6;

    public static int Columns => 2 * Vector<float>.Count;

    public static void Multiply(float* left, float* right, int depth, float* tile, int stride, bool accumulate)
    {
        Vector<float> c00, c10, c20, c30, c40, c50;
        Vector<float> c01, c11, c21, c31, c41, c51;
        if (accumulate)
        {
            c00 = Vector.Load(tile);
            c01 = Vector.Load(tile + Vector<float>.Count);
            c10 = Vector.Load(tile + stride);
            c11 = Vector.Load(tile + stride + Vector<float>.Count);
            c20 = Vector.Load(tile + (2 * stride));
            c21 = Vector.Load(tile + (2 * stride) + Vector<float>.Count);
            c30 = Vector.Load(tile + (3 * stride));
            c31 = Vector.Load(tile + (3 * stride) + Vector<float>.Count);
            c40 = Vector.Load(tile + (4 * stride));
            c41 = Vector.Load(tile + (4 * stride) + Vector<float>.Count);
            c50 = Vector.Load(tile + (5 * stride));
            c51 = Vector.Load(tile + (5 * stride) + Vector<float>.Count);
        }
        else
        {
            c00 = c10 = c20 = c30 = c40 = c50 = Vector<float>.Zero;
            c01 = c11 = c21 = c31 = c41 = c51 = Vector<float>.Zero;
        }

        for (var p = 0; p < depth; p++)
        {
            var right0 = Vector.Load(right);
            var right1 = Vector.Load(right + Vector<float>.Count);
            var left0 = new Vector<float>(left[0]);
            c00 = Vector.FusedMultiplyAdd(left0, right0, c00);
            c01 = Vector.FusedMultiplyAdd(left0, right1, c01);
            var left1 = new Vector<float>(left[1]);
            c10 = Vector.FusedMultiplyAdd(left1, right0, c10);
            c11 = Vector.FusedMultiplyAdd(left1, right1, c11);
            var left2 = new Vector<float>(left[2]);
            c20 = Vector.FusedMultiplyAdd(left2, right0, c20);
            c21 = Vector.FusedMultiplyAdd(left2, right1, c21);
            var left3 = new Vector<float>(left[3]);
            c30 = Vector.FusedMultiplyAdd(left3, right0, c30);
            c31 = Vector.FusedMultiplyAdd(left3, right1, c31);
            var left4 = new Vector<float>(left[4]);
            c40 = Vector.FusedMultiplyAdd(left4, right0, c40);
            c41 = Vector.FusedMultiplyAdd(left4, right1, c41);
            var left5 = new Vector<float>(left[5]);
            c50 = Vector.FusedMultiplyAdd(left5, right0, c50);
            c51 = Vector.FusedMultiplyAdd(left5, right1, c51);
            left += Rows;
            right += Columns;
        }

        Vector.Store(c00, tile);
        Vector.Store(c01, tile + Vector<float>.Count);
        Vector.Store(c10, tile + stride);
        Vector.Store(c11, tile + stride + Vector<float>.Count);
        Vector.Store(c20, tile + (2 * stride));
        Vector.Store(c21, tile + (2 * stride) + Vector<float>.Count);
        Vector.Store(c30, tile + (3 * stride));
        Vector.Store(c31, tile + (3 * stride) + Vector<float>.Count);
        Vector.Store(c40, tile + (4 * stride));
        Vector.Store(c41, tile + (4 * stride) + Vector<float>.Count);
        Vector.Store(c50, tile + (5 * stride));
        Vector.Store(c51, tile + (5 * stride) + Vector<float>.Count);
    }
}
