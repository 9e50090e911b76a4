using System.Runtime.Intrinsics;

namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>Tiles of 8 × 32 in 512-bit registers: 16 accumulators hide the latency of the two multiply-add units.</summary>
internal readonly unsafe struct MicroKernel512 : IMicroKernel
{
    public static int Rows => 8;

    public static int Columns => 2 * Vector512<float>.Count;

    public static void Multiply(float* left, float* right, int depth, float* tile, int stride, bool accumulate)
    {
        Vector512<float> c00, c10, c20, c30, c40, c50, c60, c70;
        Vector512<float> c01, c11, c21, c31, c41, c51, c61, c71;
        if (accumulate)
        {
            c00 = Vector512.Load(tile);
            c01 = Vector512.Load(tile + Vector512<float>.Count);
            c10 = Vector512.Load(tile + stride);
            c11 = Vector512.Load(tile + stride + Vector512<float>.Count);
            c20 = Vector512.Load(tile + (2 * stride));
            c21 = Vector512.Load(tile + (2 * stride) + Vector512<float>.Count);
            c30 = Vector512.Load(tile + (3 * stride));
            c31 = Vector512.Load(tile + (3 * stride) + Vector512<float>.Count);
            c40 = Vector512.Load(tile + (4 * stride));
            c41 = Vector512.Load(tile + (4 * stride) + Vector512<float>.Count);
            c50 = Vector512.Load(tile + (5 * stride));
            c51 = Vector512.Load(tile + (5 * stride) + Vector512<float>.Count);
            c60 = Vector512.Load(tile + (6 * stride));
            c61 = Vector512.Load(tile + (6 * stride) + Vector512<float>.Count);
            c70 = Vector512.Load(tile + (7 * stride));
            c71 = Vector512.Load(tile + (7 * stride) + Vector512<float>.Count);
        }
        else
        {
            c00 = c10 = c20 = c30 = c40 = c50 = c60 = c70 = Vector512<float>.Zero;
            c01 = c11 = c21 = c31 = c41 = c51 = c61 = c71 = Vector512<float>.Zero;
        }

        for (var p = 0; p < depth; p++)
        {
            var right0 = Vector512.Load(right);
            var right1 = Vector512.Load(right + Vector512<float>.Count);
            var left0 = Vector512.Create(left[0]);
            c00 = Vector512.FusedMultiplyAdd(left0, right0, c00);
            c01 = Vector512.FusedMultiplyAdd(left0, right1, c01);
            var left1 = Vector512.Create(left[1]);
            c10 = Vector512.FusedMultiplyAdd(left1, right0, c10);
            c11 = Vector512.FusedMultiplyAdd(left1, right1, c11);
            var left2 = Vector512.Create(left[2]);
            c20 = Vector512.FusedMultiplyAdd(left2, right0, c20);
            c21 = Vector512.FusedMultiplyAdd(left2, right1, c21);
            var left3 = Vector512.Create(left[3]);
            c30 = Vector512.FusedMultiplyAdd(left3, right0, c30);
            c31 = Vector512.FusedMultiplyAdd(left3, right1, c31);
            var left4 = Vector512.Create(left[4]);
            c40 = Vector512.FusedMultiplyAdd(left4, right0, c40);
            c41 = Vector512.FusedMultiplyAdd(left4, right1, c41);
            var left5 = Vector512.Create(left[5]);
            c50 = Vector512.FusedMultiplyAdd(left5, right0, c50);
            c51 = Vector512.FusedMultiplyAdd(left5, right1, c51);
            var left6 = Vector512.Create(left[6]);
            c60 = Vector512.FusedMultiplyAdd(left6, right0, c60);
            c61 = Vector512.FusedMultiplyAdd(left6, right1, c61);
            var left7 = Vector512.Create(left[7]);
            c70 = Vector512.FusedMultiplyAdd(left7, right0, c70);
            c71 = Vector512.FusedMultiplyAdd(left7, right1, c71);
            left += Rows;
            right += Columns;
        }

        c00.Store(tile);
        c01.Store(tile + Vector512<float>.Count);
        c10.Store(tile + stride);
        c11.Store(tile + stride + Vector512<float>.Count);
        c20.Store(tile + (2 * stride));
        c21.Store(tile + (2 * stride) + Vector512<float>.Count);
        c30.Store(tile + (3 * stride));
        c31.Store(tile + (3 * stride) + Vector512<float>.Count);
        c40.Store(tile + (4 * stride));
        c41.Store(tile + (4 * stride) + Vector512<float>.Count);
        c50.Store(tile + (5 * stride));
        c51.Store(tile + (5 * stride) + Vector512<float>.Count);
        c60.Store(tile + (6 * stride));
        c61.Store(tile + (6 * stride) + Vector512<float>.Count);
        c70.Store(tile + (7 * stride));
        c71.Store(tile + (7 * stride) + Vector512<float>.Count);
    }
}
