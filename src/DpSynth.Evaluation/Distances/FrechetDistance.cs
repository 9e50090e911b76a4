using System.Numerics.Tensors;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Distances;

/// <summary>
/// The Fréchet distance between the Gaussians of two sets of embeddings, squared, as it is always reported (Heusel et al. 2017,
/// arXiv 1706.08500, equation 6): ‖μ₁ − μ₂‖² + tr(S₁ + S₂ − 2·(S₁S₂)^½). With Inception's features it is called FID.
/// </summary>
/// <remarks>
/// tr (S₁S₂)^½ = tr (S₁^½·S₂·S₁^½)^½ is the sum of the singular values of F₁F₂ᵀ for any factors FᵀF = S: all factors of one
/// covariance differ by a rotation. So the root is exact in float64, needs no matrix inverted and no small number added to a diagonal, and sets with
/// fewer images than dimensions are no special case. Small sets still have a large distance for want of images alone: compare sets of one size only.
/// </remarks>
public static class FrechetDistance
{
    /// <summary>Compares two sets.</summary>
    /// <param name="first"><c>[n, d]</c>, n ≥ 2.</param>
    /// <param name="second"><c>[m, d]</c>, m ≥ 2.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ArgumentException">Dimensions differ, a set is too small, or a value is not finite.</exception>
    public static double Between(EmbeddingMatrix first, EmbeddingMatrix second, CancellationToken cancellationToken = default) =>
        Between(GaussianFit.Of(first, cancellationToken), GaussianFit.Of(second, cancellationToken), cancellationToken);

    /// <summary>Compares two fitted Gaussians.</summary>
    /// <returns>At least 0.</returns>
    /// <exception cref="ArgumentException">Dimensions differ.</exception>
    public static double Between(GaussianFit first, GaussianFit second, CancellationToken cancellationToken = default)
    {
        if (first.Dimension != second.Dimension)
        {
            throw new ArgumentException(
                $"Embeddings of dimension {first.Dimension} cannot be compared with embeddings of dimension {second.Dimension}.", nameof(second));
        }

        cancellationToken.ThrowIfCancellationRequested();
        var root = first.Factor.TransposeAndMultiply(second.Factor).Svd(computeVectors: false).S.Sum();
        var apart = TensorPrimitives.Distance<double>(first.Mean, second.Mean);
        return Math.Max(0, (apart * apart) + first.Trace + second.Trace - (2 * root));
    }
}
