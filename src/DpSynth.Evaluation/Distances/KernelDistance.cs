using System.Numerics;
using System.Runtime.InteropServices;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Distances;

/// <summary>
/// The squared maximum mean discrepancy with the kernel k(x, y) = (x·y/d + 1)³, called kernel distance, with Inception's features KID
/// (Bińkowski et al. 2018, arXiv 1801.01401, section 4).
/// </summary>
/// <remarks>
/// The unbiased estimator over all pairs (Gretton et al. 2012, equation 3): Σ_{i≠j} k(xᵢ, xⱼ)/(n(n − 1)) + Σ_{i≠j} k(yᵢ, yⱼ)/(m(m − 1)) −
/// 2·Σ k(xᵢ, yⱼ)/(nm). It needs no subsets drawn at random, whose mean estimates the same with a larger variance. It can be below 0,
/// where the sets are closer than sets of their size usually are. Products are float32, kernel and sums float64.
/// </remarks>
public static class KernelDistance
{
    /// <summary>Compares two sets.</summary>
    /// <param name="first"><c>[n, d]</c>, n ≥ 2.</param>
    /// <param name="second"><c>[m, d]</c>, m ≥ 2.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ArgumentException">Dimensions differ, a set is too small, or values are too large or not finite.</exception>
    public static double Between(EmbeddingMatrix first, EmbeddingMatrix second, CancellationToken cancellationToken = default)
    {
        EmbeddingSets.Check(first, second, atLeast: 2);
        var distance = MeanKernel(first, first, cancellationToken) + MeanKernel(second, second, cancellationToken) -
            (2 * MeanKernel(first, second, cancellationToken));
        return double.IsFinite(distance)
            ? distance
            : throw new ArgumentException("An embedding holds a value that is too large or not finite.", nameof(first));
    }

    /// <summary>The mean over all pairs; those of an embedding with itself are left out.</summary>
    private static double MeanKernel(EmbeddingMatrix left, EmbeddingMatrix right, CancellationToken cancellationToken)
    {
        var same = ReferenceEquals(left, right);
        var sums = new double[(left.Rows / ProductTiles.RowBlock) + 1];
        ProductTiles.ForEach(
            left,
            right,
            (firstRow, firstColumn, columns, products) =>
            {
                ref var sum = ref sums[firstRow / ProductTiles.RowBlock];
                for (var row = 0; row < products.Length / columns; row++)
                {
                    var values = products.Slice(row * columns, columns);
                    var itself = firstRow + row - firstColumn;
                    if (same && itself >= 0 && itself < columns)
                    {
                        sum += SumKernel(values[..itself], left.Columns) + SumKernel(values[(itself + 1)..], left.Columns);
                    }
                    else
                    {
                        sum += SumKernel(values, left.Columns);
                    }
                }
            },
            cancellationToken);
        return sums.Sum() / left.Rows / (same ? right.Rows - 1 : right.Rows);
    }

    private static double SumKernel(ReadOnlySpan<float> products, int dimension)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(products);
        var factor = new Vector<double>(1.0 / dimension);
        var sums = Vector<double>.Zero;
        foreach (var vector in vectors)
        {
            Vector.Widen(vector, out var low, out var high);
            low = (low * factor) + Vector<double>.One;
            high = (high * factor) + Vector<double>.One;
            sums += (low * low * low) + (high * high * high);
        }

        var sum = Vector.Sum(sums);
        foreach (var product in products[(vectors.Length * Vector<float>.Count)..])
        {
            var value = ((double)product / dimension) + 1;
            sum += value * value * value;
        }

        return sum;
    }
}
