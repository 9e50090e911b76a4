namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Turns events into the laws of their losses.</summary>
internal static class LossLaws
{
    /// <summary>Above this σ² in grid units a discrete Gaussian on one coordinate is accounted as a vector is.</summary>
    private const double FineGrid = 1e8;

    /// <summary>The components of a composition, in each direction that needs looking at.</summary>
    internal static IReadOnlyList<IReadOnlyList<Component>> Of(IEnumerable<PrivacyEvent> events, Adjacency adjacency)
    {
        var merged = events
            .GroupBy(measurement => measurement with { Count = 1 })
            .Select(group => (Event: group.Key, Count: group.Sum(measurement => (long)measurement.Count)))
            .ToList();
        if (adjacency == Adjacency.ReplaceOne)
        {
            return [Directed(merged, adjacency, LossDirection.Replace)];
        }

        var symmetric = merged.TrueForAll(measurement => measurement.Event is not (SubsampledGaussianEvent { SamplingRate: > 0 and < 1 } or ExplicitEvent));
        return symmetric
            ? [Directed(merged, adjacency, LossDirection.Remove)]
            : [Directed(merged, adjacency, LossDirection.Remove), Directed(merged, adjacency, LossDirection.Add)];
    }

    private static List<Component> Directed(
        List<(PrivacyEvent Event, long Count)> events, Adjacency adjacency, LossDirection direction)
    {
        List<Component> components = [];
        double upper = 0;
        double lower = 0;
        foreach ((var measurement, var count) in events)
        {
            if (GaussianEquivalent.Of(measurement, adjacency, FineGrid) is { } gaussian)
            {
                upper += count * gaussian.UpperMuSquared;
                lower += count * gaussian.LowerMuSquared;
                continue;
            }

            (var law, var times) = measurement switch
            {
                DiscreteGaussianEvent discrete => (
                    (PrivacyLoss)new DiscreteGaussianLoss(discrete.SigmaSquared.ToDouble(), discrete.Sensitivity),
                    adjacency == Adjacency.ReplaceOne ? 2 : 1),
                SubsampledGaussianEvent subsampled => (
                    new SubsampledGaussianLoss(1 / subsampled.NoiseMultiplier, subsampled.SamplingRate, direction), 1),
                LaplaceEvent laplace => (new LaplaceLoss(laplace.NoiseMultiplier / (adjacency == Adjacency.ReplaceOne ? 2 : 1)), 1),
                ExplicitEvent pair when adjacency == Adjacency.ReplaceOne => throw new NotSupportedException(
                    "An explicit pair of distributions is given for one kind of neighbours, add/remove; what replacing a unit costs does not follow from it."),
                ExplicitEvent pair when direction == LossDirection.Remove => (
                    new ExplicitLoss(pair.Probabilities.AsSpan(), pair.NeighbourProbabilities.AsSpan()), 1),
                ExplicitEvent pair => (new ExplicitLoss(pair.NeighbourProbabilities.AsSpan(), pair.Probabilities.AsSpan()), 1),
                _ => throw new NotSupportedException($"The PLD accountant does not cover {measurement.GetType().Name}."),
            };
            components.Add(new Component(law, law, times * count));
        }

        if (upper > 0)
        {
            SubsampledGaussianLoss law = new(Math.Sqrt(upper), 1, LossDirection.Remove);
            components.Add(new Component(
                law, lower == upper ? law : new SubsampledGaussianLoss(Math.Sqrt(lower), 1, LossDirection.Remove), 1));
        }

        return components;
    }
}
