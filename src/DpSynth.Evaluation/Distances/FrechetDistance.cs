using System.Numerics.Tensors;
using DpSynth.Synthesis.Embedding;

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

        var (tall, wide) = first.Rank >= second.Rank ? (first, second) : (second, first);
        var root = SingularValues.Sum(Product(tall, wide, cancellationToken), tall.Rank, wide.Rank, cancellationToken);
        var apart = TensorPrimitives.Distance<double>(first.Mean, second.Mean);
        return Math.Max(0, (apart * apart) + first.Trace + second.Trace - (2 * root));
    }

    /// <summary>F₁F₂ᵀ.</summary>
    private static double[] Product(GaussianFit tall, GaussianFit wide, CancellationToken cancellationToken)
    {
        const int Block = 32;
        var dimension = tall.Dimension;
        var product = new double[checked(tall.Rank * wide.Rank)];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, (tall.Rank + Block - 1) / Block, parallel, block =>
        {
            for (var firstColumn = 0; firstColumn < wide.Rank; firstColumn += Block)
            {
                for (var i = block * Block; i < Math.Min(tall.Rank, (block + 1) * Block); i++)
                {
                    for (var j = firstColumn; j < Math.Min(wide.Rank, firstColumn + Block); j++)
                    {
                        product[(i * wide.Rank) + j] = TensorPrimitives.Dot<double>(
                            tall.Factor.AsSpan(i * dimension, dimension), wide.Factor.AsSpan(j * dimension, dimension));
                    }
                }
            }
        });
        return product;
    }
}
