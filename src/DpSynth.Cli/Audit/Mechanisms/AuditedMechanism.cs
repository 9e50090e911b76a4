using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.PrivateEvolution;

namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>
/// The mechanism as runs execute it: their voting, their grid, their noise, their calibration. All that the audit knows of the
/// pipeline. Tests override a part to break it.
/// </summary>
internal class AuditedMechanism
{
    /// <summary>Share of the budget that noisy class counts take by default.</summary>
    private const double ClassCountShare = 0.05;

    private readonly int _neighbours;
    private readonly IDiscreteGaussianNoise _noise;

    public AuditedMechanism(MechanismAuditOptions options, IDiscreteGaussianNoise noise)
    {
        _neighbours = options.Neighbours;
        _noise = noise;
        Grid = new VoteGrid(options.Neighbours == 1 ? 0 : 10);
        Releases = NoiseCalibration.Calibrate(
            options.Epsilon,
            options.Delta,
            [ClassCountShare, .. Enumerable.Repeat((1 - ClassCountShare) / options.Iterations, options.Iterations)],
            Grid.UnitsPerVote,
            options.Neighbours == 1 ? ContributionShape.OneCoordinate : ContributionShape.Vector);
    }

    /// <summary>The grid that everything is counted on.</summary>
    public VoteGrid Grid { get; }

    /// <summary>What is released and claimed: the class count, then the iterations' histograms.</summary>
    public IReadOnlyList<DiscreteGaussianEvent> Releases { get; }

    /// <summary>Exact votes, in grid units.</summary>
    public virtual long[] CountVotes(EmbeddingMatrix units, EmbeddingMatrix candidates) =>
        VoteCounter.Count(units, candidates, Metric.L2, _neighbours, Grid);

    /// <summary>Exact number of units, in grid units.</summary>
    public long[] CountUnits(EmbeddingMatrix units) => [units.Rows * Grid.UnitsPerVote];

    /// <summary>Makes one of <see cref="Releases"/>.</summary>
    public long[] Release(int index, ReadOnlySpan<long> counts, string purpose) =>
        HistogramMechanism.Release(counts, Releases[index], _noise, purpose);
}
