using System.Numerics.Tensors;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Evaluation.Distances;

/// <summary>
/// The Gaussian with the mean and the (unbiased, 1/(n − 1)) covariance of some embeddings, in float64. The covariance S is kept as a
/// factor F with FᵀF = S: the centred rows themselves where there are no more of them than dimensions, else a Cholesky factor. Take it once
/// for a set that is compared more often.
/// </summary>
public sealed class GaussianFit
{
    private GaussianFit(double[] mean, double[] factor, int rank)
    {
        (Mean, Factor, Rank) = (mean, factor, rank);
        Trace = TensorPrimitives.SumOfSquares<double>(factor);
    }

    /// <summary>Length of an embedding.</summary>
    public int Dimension => Mean.Length;

    /// <summary>μ, <c>[d]</c>.</summary>
    internal double[] Mean { get; }

    /// <summary>F, <c>[rank, d]</c>, row-major.</summary>
    internal double[] Factor { get; }

    /// <summary>Rows of F.</summary>
    internal int Rank { get; }

    /// <summary>tr S.</summary>
    internal double Trace { get; }

    /// <summary>Fits a Gaussian to embeddings.</summary>
    /// <param name="embeddings"><c>[n, d]</c>, n ≥ 2.</param>
    /// <param name="cancellationToken">Stops between blocks of rows.</param>
    /// <exception cref="ArgumentException">There are fewer than two embeddings, or a value is not finite.</exception>
    public static GaussianFit Of(EmbeddingMatrix embeddings, CancellationToken cancellationToken = default)
    {
        var (rows, columns) = (embeddings.Rows, embeddings.Columns);
        if (rows < 2)
        {
            throw new ArgumentException($"A covariance needs at least 2 images, not {rows}.", nameof(embeddings));
        }

        var mean = MeanOf(embeddings);
        if (rows > columns)
        {
            var (factor, rank) = PivotedCholesky.Factor(Covariance.Of(embeddings, mean, cancellationToken), columns, cancellationToken);
            return new GaussianFit(mean, factor, rank);
        }

        var centred = new double[rows * columns];
        var scale = 1 / Math.Sqrt(rows - 1);
        for (var i = 0; i < rows; i++)
        {
            var row = centred.AsSpan(i * columns, columns);
            TensorPrimitives.ConvertChecked<float, double>(embeddings[i], row);
            TensorPrimitives.Subtract(row, mean, row);
            TensorPrimitives.Multiply(row, scale, row);
        }

        return new GaussianFit(mean, centred, rows);
    }

    private static double[] MeanOf(EmbeddingMatrix embeddings)
    {
        var sum = new double[embeddings.Columns];
        var row = new double[embeddings.Columns];
        for (var i = 0; i < embeddings.Rows; i++)
        {
            TensorPrimitives.ConvertChecked<float, double>(embeddings[i], row);
            TensorPrimitives.Add<double>(sum, row, sum);
        }

        TensorPrimitives.Multiply(sum, 1.0 / embeddings.Rows, sum);
        return sum.All(double.IsFinite)
            ? sum
            : throw new ArgumentException("An embedding holds a value that is not finite.", nameof(embeddings));
    }
}
