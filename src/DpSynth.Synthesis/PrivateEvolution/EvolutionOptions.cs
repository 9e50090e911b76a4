using System.Text.Json.Serialization;
using DpSynth.Numerics.Search;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>The knobs of Private Evolution (arXiv 2305.15560, algorithm 1; arXiv 2502.05505 for simulators).</summary>
public sealed record EvolutionOptions : MethodOptions
{
    /// <summary>Candidates in generations 0 to T over all classes; T, the number of measurements, is the length less one. 2 to 101 entries.</summary>
    public required IReadOnlyList<int> PopulationSizes { get; init; }

    /// <summary>
    /// How far variations move, one entry a generation: entry 0 for the initial variation folds, entry t for the lookahead before
    /// measurement t and for making generation t. As long as <see cref="PopulationSizes"/>.
    /// </summary>
    public required IReadOnlyList<VariationDegree> VariationDegrees { get; init; }

    /// <summary>K: variations embedded and averaged for a candidate before the vote; 0 embeds the candidate itself. 0 to 64.</summary>
    public int Lookahead { get; init; } = 8;

    /// <summary>What "nearest" means.</summary>
    public Metric Metric { get; init; } = Metric.L2;

    /// <summary>k: how many nearest candidates a private unit votes for; its vote has L2 norm 1, 1/√k each. 1 to 100.</summary>
    public int Neighbours { get; init; } = 1;

    /// <summary>
    /// n: a noisy count is replaced by the mean of itself and of the counts of the n nearest candidates of its class, whose noise has
    /// σ/√(n + 1); 0 for none as in the reference. For classes of few private images. 0 to 100.
    /// </summary>
    public int SmoothingNeighbours { get; init; }

    /// <summary>H: what is taken off every (smoothed) noisy count before selection, in <see cref="ThresholdUnit"/>. At least 0.</summary>
    public double Threshold { get; init; } = 1.0;

    /// <summary>Whether the threshold counts in σ of the measurement or in votes.</summary>
    public ThresholdUnit ThresholdUnit { get; init; } = ThresholdUnit.Sigma;

    /// <summary>
    /// n of the contrast between classes, 0 for none as in the reference: a candidate's count above the threshold is multiplied by the
    /// squared share of its own class in the counts of the n nearest surviving candidates of all classes. For generators that do not
    /// know the classes; unconditional runs ignore it. 0 to 100.
    /// </summary>
    public int ContrastNeighbours { get; init; }

    /// <summary>How parents are drawn from the histogram.</summary>
    public SelectionMethod Selection { get; init; } = SelectionMethod.Sample;

    /// <summary>Rounds of variation applied to generation 0 before the first vote.</summary>
    public int InitialVariationFolds { get; init; }

    /// <summary>Variations made of each parent for the next generation. At least 1 unless the selected are kept.</summary>
    public int NextVariationFolds { get; init; } = 1;

    /// <summary>Whether parents go into the next generation unchanged, beside their variations.</summary>
    public bool KeepSelected { get; init; }

    /// <summary>
    /// Relative share of the privacy budget of measurements 1 to T: measurement t has σ_t ∝ 1/√w_t, so that Σ 1/σ_t² is the run's μ².
    /// Empty: even shares.
    /// </summary>
    public IReadOnlyList<double> BudgetWeights { get; init; } = [];

    /// <summary>T: the number of noisy measurements, and the number of the last generation.</summary>
    public int Iterations => PopulationSizes.Count - 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override MethodDescriptor Descriptor => EvolutionDescriptor.Instance;

    /// <summary>M·(1 + …), counted out: generation 0 is drawn; its folds, the lookahead of what is voted on and later generations are variations.</summary>
    [JsonIgnore]
    public override ImageWork Work
    {
        get
        {
            var variations = (long)PopulationSizes[0] * InitialVariationFolds;
            for (var generation = 0; generation <= Iterations; generation++)
            {
                var size = PopulationSizes[generation];
                variations += generation < Iterations ? (long)size * Lookahead : 0;
                variations += generation > 0 ? size - (KeepSelected ? size / (NextVariationFolds + 1) : 0) : 0;
            }

            return new ImageWork(PopulationSizes[0], variations);
        }
    }

    /// <summary>The fewest candidates that a class has in a generation, whatever its share: as many as an image votes for where it is voted on.</summary>
    public int MinPerClass(int generation) => generation < Iterations ? Neighbours : 1;

    /// <inheritdoc/>
    public override string? DescribeFault(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (var i = 0; i < VariationDegrees.Count; i++)
        {
            if (request.Generator.DescribeFault(VariationDegrees[i]) is { } fault)
            {
                return $"'evolution.variationDegrees[{i}]' is wrong: {fault}";
            }
        }

        return null;
    }
}

/// <summary>Requests for Private Evolution.</summary>
public static class EvolutionRequests
{
    extension(RunRequest request)
    {
        /// <summary>The options of Private Evolution.</summary>
        /// <exception cref="InvalidOperationException">The request asks for another method.</exception>
        public EvolutionOptions Evolution => request.Options as EvolutionOptions
            ?? throw new InvalidOperationException($"The run '{request.RunId}' is one of '{request.Method}', not of '{EvolutionDescriptor.Name}'.");
    }
}

/// <summary>The unit of the threshold.</summary>
public enum ThresholdUnit
{
    /// <summary>Standard deviations of the noise that the counts have, which is the measurement's where they are not smoothed.</summary>
    Sigma,

    /// <summary>Votes.</summary>
    Count,
}

/// <summary>How parents are drawn.</summary>
public enum SelectionMethod
{
    /// <summary>With replacement, in proportion to the count above the threshold.</summary>
    Sample,

    /// <summary>The largest counts first, each once, from the start again when all are taken.</summary>
    Rank,
}
