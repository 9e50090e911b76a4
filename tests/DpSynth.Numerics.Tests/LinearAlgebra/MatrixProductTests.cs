using DpSynth.Numerics.LinearAlgebra;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Numerics.Tests.LinearAlgebra;

public sealed class MatrixProductTests
{
    [Fact]
    public void MultiplyTransposed_agrees_with_the_definition_for_any_sizes()
    {
        var sizes = Gen.Choose(1, 70).Three().Zip(Gen.Choose(0, int.MaxValue)).ToArbitrary();
        Prop.ForAll(sizes, ((((int Rows, int Columns, int Depth) Size, int Seed) input) =>
        {
            var (rows, columns, depth) = input.Size;
            var (left, right) = (Uniform(rows * depth, input.Seed), Uniform(columns * depth, input.Seed + 1));
            var product = new float[rows * columns];
            MatrixProduct.MultiplyTransposed(left, right, depth, product);
            AssertIsProduct(left, right, depth, product, factor: 1);
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(191, 513, 1025)]
    [InlineData(385, 31, 511)]
    [InlineData(8, 1024, 1536)]
    public void MultiplyTransposed_agrees_with_the_definition_at_the_edges_of_blocks(int rows, int columns, int depth)
    {
        var (left, right) = (Uniform(rows * depth, 1), Uniform(columns * depth, 2));
        var product = new float[rows * columns];
        MatrixProduct.MultiplyTransposed(left, right, depth, product);
        AssertIsProduct(left, right, depth, product, factor: 1);

        MatrixProduct.MultiplyTransposed(left, right, depth, product, accumulate: true);
        AssertIsProduct(left, right, depth, product, factor: 2);
    }

    [Fact]
    public void MultiplyTransposed_gives_equal_rows_bitwise_equal_products_wherever_they_stand()
    {
        const int Depth = 700;
        var row = Uniform(Depth, 3);
        var right = Enumerable.Repeat(row, 1_000).SelectMany(static values => values).ToArray();
        var product = new float[5 * 1_000];
        MatrixProduct.MultiplyTransposed(Uniform(5 * Depth, 4), right, Depth, product);
        for (var i = 0; i < 5; i++)
        {
            Assert.Single(product.AsSpan(i * 1_000, 1_000).ToArray().Distinct());
        }
    }

    [Fact]
    public void MultiplyTransposed_fills_the_lower_triangle_when_only_that_is_asked_for()
    {
        const int Rows = 1_100, Depth = 20;
        var left = Uniform(Rows * Depth, 5);
        var whole = new float[Rows * Rows];
        var lower = new float[Rows * Rows];
        MatrixProduct.MultiplyTransposed(left, left, Depth, whole);
        MatrixProduct.MultiplyTransposed(left, left, Depth, lower, lowerTriangle: true);
        for (var i = 0; i < Rows; i++)
        {
            Assert.Equal(whole.AsSpan(i * Rows, i + 1), lower.AsSpan(i * Rows, i + 1));
        }
    }

    [Fact]
    public void MultiplyTransposed_refuses_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => MatrixProduct.MultiplyTransposed(new float[6], new float[6], 3, new float[3]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.MultiplyTransposed(new float[7], new float[6], 3, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.MultiplyTransposed(new float[6], new float[6], 0, new float[4]));
    }

    [Fact]
    public void The_portable_kernel_agrees_with_the_definition()
    {
        const int Rows = 13, Columns = 37, Depth = 1_030;
        var (left, right) = (Uniform(Rows * Depth, 6), Uniform(Columns * Depth, 7));
        using var packedLeft = new PackedRows(Rows, Depth, MicroKernelPortable.Rows);
        using var packedRight = new PackedRows(Columns, Depth, MicroKernelPortable.Columns);
        packedLeft.Pack(left);
        packedRight.Pack(right);
        var stride = packedRight.Panels * MicroKernelPortable.Columns;
        using var tile = new AlignedBuffer(packedLeft.Panels * MicroKernelPortable.Rows * (long)stride);
        TileProduct.Compute<MicroKernelPortable>(packedLeft, packedRight, 0, packedRight.Panels, tile);
        var product = new float[Rows * Columns];
        for (var i = 0; i < Rows; i++)
        {
            unsafe
            {
                new ReadOnlySpan<float>(tile.Pointer + (i * stride), Columns).CopyTo(product.AsSpan(i * Columns));
            }
        }

        AssertIsProduct(left, right, Depth, product, factor: 1);
    }

    private static float[] Uniform(int count, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)random.NextDouble(-1, 1);
        }

        return values;
    }

    private static void AssertIsProduct(float[] left, float[] right, int depth, float[] product, int factor)
    {
        var columns = right.Length / depth;
        for (var i = 0; i < product.Length; i++)
        {
            var (sum, size) = (0.0, 0.0);
            for (var p = 0; p < depth; p++)
            {
                var term = (double)left[(i / columns * depth) + p] * right[(i % columns * depth) + p];
                sum += term;
                size += Math.Abs(term);
            }

            // A chain of n fused multiply-adds errs by at most n·2⁻²⁴ times the sum of the absolute terms.
            Assert.InRange(product[i], factor * (sum - (size * depth * 6e-8) - 1e-9), factor * (sum + (size * depth * 6e-8) + 1e-9));
        }
    }
}
