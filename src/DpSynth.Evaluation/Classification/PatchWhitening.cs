using DpSynth.Numerics;

namespace DpSynth.Evaluation.Classification;

/// <summary>
/// Filters for <see cref="ConvolutionalFeatures"/>: random patches of the training images, whitened and of unit norm, pulled back
/// through the whitening, so that one product with a normalised patch gives the inner product in whitened space (A. Coates and
/// A. Ng, "Learning feature representations with k-means", 2012).
/// </summary>
internal static class PatchWhitening
{
    /// <summary>Makes filters.</summary>
    /// <param name="patches">Normalised patches, <c>[count, length]</c>.</param>
    /// <param name="length">Values of a patch.</param>
    /// <param name="filters">Filters wanted.</param>
    /// <param name="regularisation">What is added to the covariance's eigenvalues, relative to their mean.</param>
    /// <param name="random">Picks the patches.</param>
    /// <returns><c>[filters, length]</c>.</returns>
    public static float[] Filters(float[] patches, int length, int filters, double regularisation, ref SeededRandom random)
    {
        var count = patches.Length / length;
        var covariance = new double[length * length];
        for (var patch = 0; patch < count; patch++)
        {
            var values = patches.AsSpan(patch * length, length);
            for (var i = 0; i < length; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    covariance[(i * length) + j] += (double)values[i] * values[j] / count;
                }
            }
        }

        var trace = 0.0;
        for (var i = 0; i < length; i++)
        {
            trace += covariance[(i * length) + i];
        }

        for (var i = 0; i < length; i++)
        {
            covariance[(i * length) + i] += (regularisation * trace / length) + 1e-9;
        }

        // With covariance L·Lᵀ, y = L⁻¹x is white; the filter for a white direction u is L⁻ᵀu, since u·y = (L⁻ᵀu)·x.
        Cholesky.Factor(covariance, length);
        var result = new float[filters * length];
        var direction = new double[length];
        for (var filter = 0; filter < filters; filter++)
        {
            var picked = patches.AsSpan(random.NextInt(count) * length, length);
            for (var i = 0; i < length; i++)
            {
                direction[i] = picked[i] + (1e-3 * random.NextGaussian());
            }

            Cholesky.SolveLower(covariance, length, direction);
            var norm = Math.Sqrt(direction.Sum(static value => value * value));
            for (var i = 0; i < length; i++)
            {
                direction[i] /= norm;
            }

            Cholesky.SolveLowerTransposed(covariance, length, direction);
            for (var i = 0; i < length; i++)
            {
                result[(filter * length) + i] = (float)direction[i];
            }
        }

        return result;
    }
}
