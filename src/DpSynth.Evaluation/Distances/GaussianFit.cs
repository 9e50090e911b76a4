using System.Numerics.Tensors;
using DpSynth.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace DpSynth.Evaluation.Distances;

/// <summary>
/// The Gaussian with the mean and the (unbiased, 1/(n − 1)) covariance of some embeddings, in float64. The covariance S is kept as a
/// factor F with FᵀF = S: the centred rows themselves where there are no more of them than dimensions, else S's eigenvectors, each times the root
/// of its eigenvalue. Take it once for a set that is compared more often.
/// </summary>
public sealed class GaussianFit
{
    private GaussianFit(double[] mean, Matrix<double> factor)
    {
        (Mean, Factor) = (mean, factor);
        Trace = factor.RowNorms(2).PointwisePower(2).Sum();
    }

    /// <summary>Length of an embedding.</summary>
    public int Dimension => Mean.Length;

    /// <summary>μ, <c>[d]</c>.</summary>
    internal double[] Mean { get; }

    /// <summary>F, <c>[rank, d]</c>.</summary>
    internal Matrix<double> Factor { get; }

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
        var factor = rows > columns
            ? RootOf(Covariance.Of(embeddings, mean, cancellationToken), columns)
            : Matrix<double>.Build.Dense(rows, columns, (i, j) => (embeddings[i][j] - mean[j]) / Math.Sqrt(rows - 1));
        return new GaussianFit(mean, factor);
    }

    /// <summary>Directions whose variance drowns in the rounding of the largest one's have none.</summary>
    private static Matrix<double> RootOf(double[] covariance, int dimension)
    {
        const double RelativePrecision = 2.220446049250313e-16;
        var decomposition = Matrix<double>.Build.Dense(dimension, dimension, covariance).Evd(Symmetricity.Symmetric);
        var values = decomposition.EigenValues.Real();
        var least = dimension * RelativePrecision * values.Maximum();
        int[] kept = [.. Enumerable.Range(0, dimension).Where(index => values[index] > least)];
        return kept.Length == 0
            ? Matrix<double>.Build.Dense(1, dimension)
            : Matrix<double>.Build.DenseOfRowVectors(kept.Select(index => decomposition.EigenVectors.Column(index) * Math.Sqrt(values[index])));
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
