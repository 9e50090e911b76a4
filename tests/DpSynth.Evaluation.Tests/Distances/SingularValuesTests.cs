using DpSynth.Evaluation.Distances;
using DpSynth.Synthesis.Randomness;

namespace DpSynth.Evaluation.Tests.Distances;

public sealed class SingularValuesTests
{
    [Fact]
    public void Sum_of_a_diagonal_matrix_is_that_of_its_magnitudes()
    {
        Assert.Equal(6, SingularValues.Sum([3, 0, 0, 0, -2, 0, 0, 0, 1, 0, 0, 0], 4, 3, default), 1e-14);
        Assert.Equal(0, SingularValues.Sum(new double[6], 3, 2, default));
        Assert.Equal(5e-200, SingularValues.Sum([3e-200, 4e-200], 2, 1, default), 1e-214);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(150, 150)]
    [InlineData(300, 40)]
    public void Sum_is_that_of_the_singular_values_a_matrix_was_made_of(int rows, int columns)
    {
        // U·diag(1, 2, …)·Vᵀ with reflections U and V.
        var random = new SeededRandom((ulong)rows);
        double[] Unit(int length)
        {
            var vector = Enumerable.Range(0, length).Select(_ => random.NextGaussian()).ToArray();
            var norm = Math.Sqrt(vector.Sum(static v => v * v));
            return [.. vector.Select(v => v / norm)];
        }

        var (u, v) = (Unit(rows), Unit(columns));
        var matrix = new double[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var p = 0; p < columns; p++)
                {
                    matrix[(i * columns) + j] += ((i == p ? 1 : 0) - (2 * u[i] * u[p])) * (p + 1) * ((j == p ? 1 : 0) - (2 * v[j] * v[p]));
                }
            }
        }

        var expected = columns * (columns + 1) / 2.0;
        Assert.Equal(expected, SingularValues.Sum(matrix, rows, columns, default), 1e-12 * expected);
    }

    [Fact]
    public void Eigenvalues_of_the_second_difference_are_the_known_cosines()
    {
        const int Size = 50;
        var diagonal = Enumerable.Repeat(2.0, Size).ToArray();
        SymmetricTridiagonal.Eigenvalues(diagonal, Enumerable.Repeat(-1.0, Size - 1).ToArray());
        Array.Sort(diagonal);
        for (var i = 0; i < Size; i++)
        {
            Assert.Equal(2 - (2 * Math.Cos((i + 1) * Math.PI / (Size + 1))), diagonal[i], 1e-13);
        }
    }

    [Fact]
    public void Values_that_are_not_finite_are_an_error_and_no_endless_loop() =>
        Assert.Throws<ArithmeticException>(() => SymmetricTridiagonal.Eigenvalues(new double[3], [1, double.NaN]));
}
