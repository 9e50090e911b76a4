using DpSynth.Numerics.Search;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Replaces each noisy count of a class by the mean of itself and of the counts of the n candidates nearest to it. Noise is independent
/// from candidate to candidate and votes are not: candidates that look alike win votes together. Where a class has few private images,
/// the mean loses more noise than it loses detail.
/// </summary>
/// <remarks>It compares measured counts and public embeddings only, so that it costs no privacy.</remarks>
public static class CountSmoothing
{
    /// <summary>Smooths one class's histogram.</summary>
    /// <param name="histogram">The histogram, with embeddings.</param>
    /// <param name="neighbours">n, at least 1; where the class has fewer other candidates, all of them.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Means over n + 1 counts, whose noise has σ/√(n + 1).</returns>
    public static ClassHistogram Apply(ClassHistogram histogram, int neighbours, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        var counts = histogram.NoisyCounts;
        var places = histogram.Embeddings is { } embeddings && embeddings.Rows == counts.Length
            ? embeddings
            : throw new ArgumentException($"Smoothing needs the embeddings of all {counts.Length} candidates.", nameof(histogram));

        var others = Math.Min(neighbours, counts.Length - 1);
        var nearest = NearestNeighbours.Find(places, places, Metric.L2, others + 1, cancellationToken: cancellationToken);
        var means = new double[counts.Length];
        for (var i = 0; i < means.Length; i++)
        {
            var sum = counts[i];
            var left = others;
            foreach (var other in nearest[i])
            {
                // Among equal candidates a candidate may not find itself; it counts once all the same.
                if (other != i && left-- > 0)
                {
                    sum += counts[other];
                }
            }

            means[i] = sum / (others + 1);
        }

        return histogram with { NoisyCounts = means, Sigma = histogram.Sigma / Math.Sqrt(others + 1) };
    }
}
