using System.Numerics.Tensors;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Distances;

/// <summary>The covariance of many embeddings, in float64.</summary>
internal static class Covariance
{
    private const int RowsAtOnce = 512;
    private const int Block = 32;

    /// <summary>Σ (x − μ)(x − μ)ᵀ/(n − 1), <c>[d, d]</c>, blocks of 512 rows after each other, their products on all cores.</summary>
    public static double[] Of(EmbeddingMatrix embeddings, double[] mean, CancellationToken cancellationToken)
    {
        var dimension = embeddings.Columns;
        var covariance = new double[checked(dimension * dimension)];
        var centred = new double[checked(dimension * RowsAtOnce)];
        var blocks = (dimension + Block - 1) / Block;
        for (var first = 0; first < embeddings.Rows; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (start, count) = (first, Math.Min(RowsAtOnce, embeddings.Rows - first));
            Parallel.For(0, blocks, block => Centre(embeddings, mean, start, count, block * Block, centred));
            Parallel.For(0, blocks, block => AddProducts(centred, count, (blocks - 1 - block) * Block, dimension, covariance));
        }

        for (var i = 0; i < dimension; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                covariance[(j * dimension) + i] = covariance[(i * dimension) + j] /= embeddings.Rows - 1;
            }
        }

        return covariance;
    }

    /// <summary>Writes some coordinates of some rows, less the mean, coordinate after coordinate.</summary>
    private static void Centre(EmbeddingMatrix embeddings, double[] mean, int start, int count, int firstColumn, double[] centred)
    {
        var lastColumn = Math.Min(firstColumn + Block, mean.Length);
        for (var i = 0; i < count; i++)
        {
            var row = embeddings[start + i];
            for (var j = firstColumn; j < lastColumn; j++)
            {
                centred[(j * RowsAtOnce) + i] = row[j] - mean[j];
            }
        }
    }

    /// <summary>Adds the products of 32 coordinates with themselves and those before them.</summary>
    private static void AddProducts(double[] centred, int count, int firstRow, int dimension, double[] covariance)
    {
        var lastRow = Math.Min(firstRow + Block, dimension);
        for (var firstColumn = 0; firstColumn < lastRow; firstColumn += Block)
        {
            for (var i = firstRow; i < lastRow; i++)
            {
                var left = centred.AsSpan(i * RowsAtOnce, count);
                for (var j = firstColumn; j < Math.Min(firstColumn + Block, i + 1); j++)
                {
                    covariance[(i * dimension) + j] += TensorPrimitives.Dot<double>(left, centred.AsSpan(j * RowsAtOnce, count));
                }
            }
        }
    }
}
