using System.Numerics.Tensors;

namespace DpSynth.Evaluation.Distances;

/// <summary>
/// Singular values in float64: Householder reflections make the matrix bidiagonal (Golub and Kahan 1965), and the eigenvalues of the symmetric
/// tridiagonal matrix [0 Bᵀ; B 0], rows and columns interleaved, are ±σ. The matrix is never squared, so that small values keep the
/// absolute precision of large ones. Sums have a fixed order: results do not depend on the number of threads.
/// </summary>
internal static class SingularValues
{
    private const int RowsAtOnce = 128;

    /// <summary>Σ σ, the nuclear norm.</summary>
    /// <param name="matrix"><c>[rows, columns]</c>, row-major; overwritten.</param>
    /// <param name="rows">At least as many as columns.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="cancellationToken">Stops between columns.</param>
    public static double Sum(double[] matrix, int rows, int columns, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, columns);
        var scale = matrix.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(matrix));
        if (scale == 0)
        {
            return 0;
        }

        TensorPrimitives.Divide(matrix, scale, matrix);
        var diagonal = new double[2 * columns];
        SymmetricTridiagonal.Eigenvalues(diagonal, Bidiagonalise(matrix, rows, columns, cancellationToken));
        return scale * TensorPrimitives.SumOfMagnitudes<double>(diagonal) / 2;
    }

    /// <summary>Diagonal and superdiagonal in turn, <c>[2·columns − 1]</c>.</summary>
    private static double[] Bidiagonalise(double[] matrix, int rows, int columns, CancellationToken cancellationToken)
    {
        var bands = new double[(2 * columns) - 1];
        var (left, right, rowFactors) = (new double[rows], new double[columns], new double[columns]);
        var partial = new double[((rows + RowsAtOnce - 1) / RowsAtOnce) * columns];
        for (var k = 0; k < columns; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = k; i < rows; i++)
            {
                left[i] = matrix[(i * columns) + k];
            }

            bands[2 * k] = Reflect(left.AsSpan(k), out var leftFactor);
            if (k == columns - 1)
            {
                break;
            }

            var width = columns - k - 1;
            MultiplyFromLeft(matrix, columns, k, rows, left, rowFactors.AsSpan(k + 1), partial);
            TensorPrimitives.Multiply(rowFactors.AsSpan(k + 1), -leftFactor, rowFactors.AsSpan(k + 1));
            var pivot = matrix.AsSpan((k * columns) + k + 1, width);
            TensorPrimitives.MultiplyAdd(rowFactors.AsSpan(k + 1), left[k], pivot, pivot);
            pivot.CopyTo(right.AsSpan(k + 1));
            bands[(2 * k) + 1] = Reflect(right.AsSpan(k + 1), out var rightFactor);

            // Both reflections in one pass over the rows below.
            var first = k + 1;
            ForEachGroup(first, rows, (start, end) =>
            {
                for (var i = start; i < end; i++)
                {
                    var row = matrix.AsSpan((i * columns) + first, width);
                    TensorPrimitives.MultiplyAdd(rowFactors.AsSpan(first, width), left[i], row, row);
                    var along = TensorPrimitives.Dot<double>(row, right.AsSpan(first, width));
                    TensorPrimitives.MultiplyAdd(right.AsSpan(first, width), -rightFactor * along, row, row);
                }
            });
        }

        return bands;
    }

    /// <summary>Replaces x by v, so that (I − factor·vvᵀ)x is the returned value in its first coordinate and zero elsewhere.</summary>
    private static double Reflect(Span<double> vector, out double factor)
    {
        var norm = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(vector));
        if (norm == 0)
        {
            factor = 0;
            return 0;
        }

        var value = vector[0] > 0 ? -norm : norm;
        vector[0] -= value;
        factor = 2 / TensorPrimitives.SumOfSquares<double>(vector);
        return value;
    }

    /// <summary>vᵀ·A over rows and columns from k on, without column k.</summary>
    private static void MultiplyFromLeft(double[] matrix, int columns, int k, int rows, double[] vector, Span<double> product, double[] partial)
    {
        var width = columns - k - 1;
        ForEachGroup(k, rows, (start, end) =>
        {
            var sum = partial.AsSpan((start - k) / RowsAtOnce * columns, width);
            sum.Clear();
            for (var i = start; i < end; i++)
            {
                TensorPrimitives.MultiplyAdd(matrix.AsSpan((i * columns) + k + 1, width), vector[i], sum, sum);
            }
        });
        product.Clear();
        for (var group = 0; group * RowsAtOnce < rows - k; group++)
        {
            TensorPrimitives.Add(product, partial.AsSpan(group * columns, width), product);
        }
    }

    private static void ForEachGroup(int first, int end, Action<int, int> rows)
    {
        var groups = (end - first + RowsAtOnce - 1) / RowsAtOnce;
        if (groups == 1)
        {
            rows(first, end);
            return;
        }

        Parallel.For(0, groups, group => rows(first + (group * RowsAtOnce), Math.Min(end, first + ((group + 1) * RowsAtOnce))));
    }
}
