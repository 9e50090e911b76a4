using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>
/// The mechanism as runs execute it: their voting, their grid, their noise, their calibration. All that the audit knows of the
/// pipeline. Tests override a part to break it.
/// </summary>
internal class AuditedMechanism
{
    private readonly int _neighbours;
    private readonly IDiscreteGaussianNoise _noise;

    public AuditedMechanism(MechanismAuditOptions options, IDiscreteGaussianNoise noise)
    {
        _neighbours = options.Neighbours;
        _noise = noise;

        // Two classes: noisy class counts are measured and claimed as well.
        var request = Request(options);
        var design = PrivateEvolutionMethod.DesignOf(request, PrivacyUnit.Image);
        var guarantee = new Guarantee { Epsilon = options.Epsilon, Delta = options.Delta, LargestDelta = options.Delta, Policy = new("", default, null) };
        Grid = design.Grid;
        Measurements = [.. new RunCalibration(guarantee, design, classes: 2).Calibrate(options.Delta).Select(made => made.Event).Cast<DiscreteGaussianEvent>()];
    }

    /// <summary>The grid that everything is counted on.</summary>
    public VoteGrid Grid { get; }

    /// <summary>What is measured and claimed: the class count, then the iterations' histograms. The attacks are made for this noise.</summary>
    public IReadOnlyList<DiscreteGaussianEvent> Measurements { get; }

    /// <summary>Exact votes, in grid units.</summary>
    public virtual long[] CountVotes(EmbeddingMatrix units, EmbeddingMatrix candidates) =>
        VoteCounter.Count(units, candidates, Metric.L2, _neighbours, Grid);

    /// <summary>Exact number of units, in grid units.</summary>
    public long[] CountUnits(EmbeddingMatrix units) => [units.Rows * Grid.UnitsPerVote];

    /// <summary>Makes one of <see cref="Measurements"/>.</summary>
    public long[] Measure(int index, ReadOnlySpan<long> counts, string purpose) =>
        HistogramMechanism.Measure(counts, Measurements[index], _noise, purpose);

    /// <summary>The request of a run with the audit's budget; what it says of images and generators the mechanism does not ask.</summary>
    private static RunRequest Request(MechanismAuditOptions options) => new()
    {
        RunId = "audit",
        Dataset = "audit",
        Epsilon = options.Epsilon,
        Delta = options.Delta,
        Image = new ImageOptions { Width = 1, Height = 1, Channels = 1 },
        Generator = new DrawTextOptions(),
        Embedder = new PixelsOptions(),
        Options = new EvolutionOptions
        {
            PopulationSizes = [.. Enumerable.Repeat(1, options.Iterations + 1)],
            VariationDegrees = [.. Enumerable.Repeat(VariationDegree.Of(0), options.Iterations + 1)],
            Neighbours = options.Neighbours,
        },
    };
}
