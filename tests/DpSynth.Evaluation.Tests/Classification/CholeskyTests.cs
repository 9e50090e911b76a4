using DpSynth.Evaluation.Classification;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Tests.Classification;

public sealed class CholeskyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void Factor_and_the_two_solves_solve_a_system(int size)
    {
        var random = new SeededRandom(1);
        var root = new double[size * size];
        foreach (ref var value in root.AsSpan())
        {
            value = random.NextGaussian();
        }

        var matrix = new double[size * size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                matrix[(i * size) + j] = i == j ? size : 0;
                for (var p = 0; p < size; p++)
                {
                    matrix[(i * size) + j] += root[(i * size) + p] * root[(j * size) + p];
                }
            }
        }

        var factor = (double[])matrix.Clone();
        Cholesky.Factor(factor, size);
        var solution = Enumerable.Range(0, size).Select(static i => (double)i).ToArray();
        Cholesky.SolveLower(factor, size, solution);
        Cholesky.SolveLowerTransposed(factor, size, solution);
        for (var i = 0; i < size; i++)
        {
            Assert.Equal(i, Enumerable.Range(0, size).Sum(j => matrix[(i * size) + j] * solution[j]), 1e-8 * size);
        }
    }

    [Fact]
    public void Factor_refuses_a_matrix_that_is_not_positive_definite()
    {
        Assert.Throws<ArithmeticException>(() => Cholesky.Factor([1, 0, 2, 1], 2));
    }
}
