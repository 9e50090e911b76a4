using DpSynth.Numerics;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Draws parents from a measured noisy histogram (arXiv 2305.15560, algorithm 1, lines 7 to 9). It sees nothing private, so that
/// whatever it does costs no privacy.
/// </summary>
public static class ParentSelector
{
    /// <summary>Draws the parents of the next generation, all classes at once.</summary>
    /// <param name="classes">The measurement, class by class.</param>
    /// <param name="parents">For each class, how many parents to draw; at least 0.</param>
    /// <param name="options">Smoothing, threshold, contrast and way of selection.</param>
    /// <param name="seed">Seed of the generation's draws; each class draws for itself.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">
    /// A histogram is empty, a count is not finite, <paramref name="parents"/> has another length, or embeddings are missing.
    /// </exception>
    public static SelectedParents[] Select(
        IReadOnlyList<ClassHistogram> classes,
        IReadOnlyList<int> parents,
        EvolutionOptions options,
        ulong seed,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parents.Count, classes.Count, nameof(parents));
        CheckCounts(classes);
        if (options.SmoothingNeighbours > 0)
        {
            classes = [.. classes.Select(histogram => CountSmoothing.Apply(histogram, options.SmoothingNeighbours, cancellationToken))];
        }

        var weights = classes.Select(histogram => AboveThreshold(histogram, options)).ToArray();
        var contrasted = options.ContrastNeighbours > 0 && classes.Count > 1
            ? ClassContrast.Apply(weights, [.. classes.Select(EmbeddingsOf)], options.ContrastNeighbours, cancellationToken)
            : weights;

        var selected = new SelectedParents[classes.Count];
        for (var c = 0; c < classes.Count; c++)
        {
            // Where other classes hold the ground around every survivor, the class keeps its survivors as they are.
            var drawnFrom = Array.Exists(contrasted[c], static weight => weight > 0) ? contrasted[c] : weights[c];
            selected[c] = Draw(classes[c].NoisyCounts, drawnFrom, parents[c], options.Selection, SeededRandom.Derive(seed, (ulong)c));
        }

        return selected;
    }

    private static EmbeddingMatrix EmbeddingsOf(ClassHistogram histogram) =>
        histogram.Embeddings is { } embeddings && embeddings.Rows == histogram.NoisyCounts.Length
            ? embeddings
            : throw new ArgumentException($"A contrast between classes needs the embeddings of all {histogram.NoisyCounts.Length} candidates.");

    private static SelectedParents Draw(double[] noisyCounts, double[] weights, int parents, SelectionMethod method, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parents);
        var survivors = weights.Count(static weight => weight > 0);
        if (survivors == 0)
        {
            return new SelectedParents(Cycle(Ranked(noisyCounts, Math.Max(1, noisyCounts.Length / 10)), parents), 0, SelectedParents.RankFallback);
        }

        var indices = method switch
        {
            SelectionMethod.Rank => Cycle(Ranked(weights, survivors), parents),
            _ => SystematicSample(weights, parents, seed),
        };
        return new SelectedParents(indices, survivors, Fallback: null);
    }

    /// <summary>max(count − threshold, 0).</summary>
    private static double[] AboveThreshold(ClassHistogram histogram, EvolutionOptions options)
    {
        var threshold = options.ThresholdUnit == ThresholdUnit.Sigma ? options.Threshold * histogram.Sigma : options.Threshold;
        return Array.ConvertAll(histogram.NoisyCounts, count => Math.Max(count - threshold, 0));
    }

    private static void CheckCounts(IReadOnlyList<ClassHistogram> classes)
    {
        foreach (var histogram in classes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(histogram.Sigma, nameof(classes));
            if (histogram.NoisyCounts.Length == 0)
            {
                throw new ArgumentException("A histogram without candidates has no parents to select.", nameof(classes));
            }

            if (Array.FindIndex(histogram.NoisyCounts, static count => !double.IsFinite(count)) is var wrong and >= 0)
            {
                throw new ArgumentException($"Count {wrong} of a histogram is not finite.", nameof(classes));
            }
        }
    }

    /// <summary>The places of the largest values, largest first, of equal ones the first.</summary>
    private static int[] Ranked(double[] values, int count)
    {
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(order, (left, right) => values[left] != values[right] ? values[right].CompareTo(values[left]) : left.CompareTo(right));
        return order[..count];
    }

    private static int[] Cycle(int[] order, int parents)
    {
        var drawn = new int[parents];
        for (var i = 0; i < parents; i++)
        {
            drawn[i] = order[i % order.Length];
        }

        return drawn;
    }

    /// <summary>
    /// Draws with replacement in proportion to the weights: one uniform offset, then equal steps through the cumulated weights
    /// (systematic resampling, Carpenter, Clifford and Fearnhead 1999). The expected number of copies is that of independent draws,
    /// parents·w/Σw, but the number itself is never more than 1 away from it.
    /// </summary>
    private static int[] SystematicSample(double[] weights, int parents, ulong seed)
    {
        var drawn = new int[parents];
        var largest = weights.Max();
        var total = weights.Sum(weight => weight / largest);
        var offset = new SeededRandom(seed).NextDouble();
        var last = Array.FindLastIndex(weights, static weight => weight > 0);
        var candidate = 0;
        var cumulated = weights[0] / largest;
        for (var i = 0; i < parents; i++)
        {
            var position = (i + offset) / parents * total;
            while (candidate < last && cumulated <= position)
            {
                candidate++;
                cumulated += weights[candidate] / largest;
            }

            drawn[i] = candidate;
        }

        return drawn;
    }
}
