using System.Numerics.Tensors;

namespace DpSynth.Evaluation.Distances;

/// <summary>Factors symmetric positive semidefinite matrices of any rank, in float64.</summary>
internal static class PivotedCholesky
{
    private const int RowsAtOnce = 128;

    /// <summary>
    /// Finds F with FᵀF = S: always the coordinate with the largest remainder is next, until what remains on the diagonal is below the rounding
    /// error of float64, d·2⁻⁵² of the largest variance.
    /// </summary>
    /// <param name="matrix">S, <c>[size, size]</c>, all of it filled.</param>
    /// <param name="size">d.</param>
    /// <param name="cancellationToken">Stops between columns.</param>
    /// <returns>F, <c>[rank, size]</c>, row-major, and its number of rows.</returns>
    public static (double[] Factor, int Rank) Factor(double[] matrix, int size, CancellationToken cancellationToken)
    {
        var remainder = new double[size];
        for (var i = 0; i < size; i++)
        {
            remainder[i] = matrix[(i * size) + i];
        }

        var smallest = size * Math.ScaleB(1, -52) * TensorPrimitives.Max<double>(remainder);
        var lower = new double[size * size];
        var rank = 0;
        for (; rank < size; rank++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pivot = TensorPrimitives.IndexOfMax<double>(remainder);
            if (remainder[pivot] <= smallest)
            {
                break;
            }

            Eliminate(matrix, lower, remainder, size, rank, pivot);
        }

        var factor = new double[rank * size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < rank; j++)
            {
                factor[(j * size) + i] = lower[(i * size) + j];
            }
        }

        return (factor, rank);
    }

    /// <summary>Column <paramref name="column"/> of the factor; a coordinate that was a pivot has no remainder left (−∞).</summary>
    private static void Eliminate(double[] matrix, double[] lower, double[] remainder, int size, int column, int pivot)
    {
        var root = Math.Sqrt(remainder[pivot]);
        Parallel.For(0, (size + RowsAtOnce - 1) / RowsAtOnce, group =>
        {
            var above = lower.AsSpan(pivot * size, column);
            for (var i = group * RowsAtOnce; i < Math.Min(size, (group + 1) * RowsAtOnce); i++)
            {
                if (i == pivot || double.IsNegativeInfinity(remainder[i]))
                {
                    continue;
                }

                var row = lower.AsSpan(i * size, size);
                var value = (matrix[(pivot * size) + i] - TensorPrimitives.Dot<double>(row[..column], above)) / root;
                row[column] = value;
                remainder[i] -= value * value;
            }
        });
        lower[(pivot * size) + column] = root;
        remainder[pivot] = double.NegativeInfinity;
    }
}
