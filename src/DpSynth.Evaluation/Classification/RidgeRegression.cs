using DpSynth.Numerics.LinearAlgebra;

namespace DpSynth.Evaluation.Classification;

/// <summary>
/// One-against-all ridge regression: weights that minimise Σ‖y − W·(x − x̄)/s − ȳ‖² + λ·n‖W‖², where y is 1 for an image's class and
/// 0 else, and s the features' standard deviations. Sums are gathered batch by batch; the features are never held at once.
/// </summary>
internal sealed class RidgeRegression(int dimension, int classes)
{
    private readonly float[] gram = new float[checked(dimension * dimension)];
    private readonly double[] sums = new double[dimension];
    private readonly double[] classSums = new double[checked(dimension * classes)];
    private readonly long[] classCounts = new long[classes];

    /// <summary>Adds a batch of <c>[count, dimension]</c> features with their classes.</summary>
    public void Add(ReadOnlyMemory<float> features, ReadOnlyMemory<byte> labels)
    {
        var count = labels.Length;
        var transposed = new float[checked(count * dimension)];
        Parallel.For(0, dimension, feature =>
        {
            var values = features.Span;
            var column = transposed.AsSpan(feature * count, count);
            for (var i = 0; i < count; i++)
            {
                var value = values[(i * dimension) + feature];
                column[i] = value;
                sums[feature] += value;
                classSums[(feature * classes) + labels.Span[i]] += value;
            }
        });
        MatrixProduct.MultiplyTransposed(transposed, transposed, count, gram, accumulate: true, lowerTriangle: true);
        foreach (var label in labels.Span)
        {
            classCounts[label]++;
        }
    }

    /// <summary>Solves for the weights.</summary>
    /// <param name="lambda">λ, relative to a standardised feature's variance; above 0.</param>
    /// <returns>Weights <c>[classes, dimension]</c> on raw features, and one offset a class.</returns>
    public (float[] Weights, float[] Offsets) Solve(double lambda)
    {
        var n = (double)classCounts.Sum();
        var means = Array.ConvertAll(sums, sum => sum / n);
        var deviations = new double[dimension];
        for (var i = 0; i < dimension; i++)
        {
            var variance = (gram[((long)i * dimension) + i] / n) - (means[i] * means[i]);
            deviations[i] = Math.Sqrt(Math.Max(variance, 0)) + 1e-4;
        }

        var correlation = new double[checked(dimension * dimension)];
        Parallel.For(0, dimension, i =>
        {
            for (var j = 0; j <= i; j++)
            {
                var covariance = (gram[(i * dimension) + j] / n) - (means[i] * means[j]);
                correlation[(i * dimension) + j] = (covariance / (deviations[i] * deviations[j])) + (i == j ? lambda : 0);
            }
        });
        Cholesky.Factor(correlation, dimension);

        var weights = new float[classes * dimension];
        var offsets = new float[classes];
        Parallel.For(0, classes, label =>
        {
            var prior = classCounts[label] / n;
            var solution = new double[dimension];
            for (var i = 0; i < dimension; i++)
            {
                solution[i] = ((classSums[(i * classes) + label] / n) - (prior * means[i])) / deviations[i];
            }

            Cholesky.SolveLower(correlation, dimension, solution);
            Cholesky.SolveLowerTransposed(correlation, dimension, solution);
            var offset = prior;
            for (var i = 0; i < dimension; i++)
            {
                weights[(label * dimension) + i] = (float)(solution[i] / deviations[i]);
                offset -= solution[i] / deviations[i] * means[i];
            }

            offsets[label] = (float)offset;
        });
        return (weights, offsets);
    }
}
