using System.Numerics.Tensors;

namespace DpSynth.Evaluation.Classification;

/// <summary>Factors symmetric positive definite matrices, double precision, row-major; only the lower triangle is read and written.</summary>
internal static class Cholesky
{
    private const int Block = 64;

    /// <summary>Replaces the lower triangle of A by that of L with A = L·Lᵀ, block column by block column, rows in parallel.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static void Factor(double[] matrix, int size)
    {
        for (var start = 0; start < size; start += Block)
        {
            var end = Math.Min(start + Block, size);
            for (var row = start; row < end; row++)
            {
                FactorRow(matrix, size, row, start, Math.Min(end, row + 1));
            }

            var columns = (start, end);
            const int RowsAtOnce = 16;
            Parallel.For(0, (size - end + RowsAtOnce - 1) / RowsAtOnce, group =>
            {
                for (var row = columns.end + (group * RowsAtOnce); row < Math.Min(size, columns.end + ((group + 1) * RowsAtOnce)); row++)
                {
                    FactorRow(matrix, size, row, columns.start, columns.end);
                }
            });
        }
    }

    /// <summary>Solves L·x = b in place.</summary>
    public static void SolveLower(double[] lower, int size, Span<double> vector)
    {
        for (var i = 0; i < size; i++)
        {
            vector[i] = (vector[i] - TensorPrimitives.Dot<double>(lower.AsSpan(i * size, i), vector[..i])) / lower[(i * size) + i];
        }
    }

    /// <summary>Solves Lᵀ·x = b in place.</summary>
    public static void SolveLowerTransposed(double[] lower, int size, Span<double> vector)
    {
        for (var i = size - 1; i >= 0; i--)
        {
            vector[i] /= lower[(i * size) + i];
            var row = lower.AsSpan(i * size, i);
            for (var j = 0; j < i; j++)
            {
                vector[j] -= vector[i] * row[j];
            }
        }
    }

    /// <summary>L[row, j] = (A[row, j] − L[row, ..j]·L[j, ..j]) / L[j, j] for the columns of one block.</summary>
    private static void FactorRow(double[] matrix, int size, int row, int start, int end)
    {
        var values = matrix.AsSpan(checked(row * size), size);
        for (var column = start; column < end; column++)
        {
            var above = matrix.AsSpan(column * size, size);
            var rest = values[column] - TensorPrimitives.Dot<double>(values[..column], above[..column]);
            if (column < row)
            {
                values[column] = rest / above[column];
            }
            else if (rest > 0)
            {
                values[column] = Math.Sqrt(rest);
            }
            else
            {
                throw new ArithmeticException("The matrix is not positive definite.");
            }
        }
    }
}
