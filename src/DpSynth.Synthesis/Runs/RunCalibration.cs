using System.Globalization;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>How a request's budget turns into noise. Follows from the request alone, so that doing it again gives the same.</summary>
/// <param name="request">The request.</param>
/// <param name="classes">Number of classes.</param>
/// <exception cref="RequestException">Thrown by all calibrations: no noise gives the budget asked for.</exception>
internal sealed class RunCalibration(RunRequest request, int classes)
{
    /// <summary>
    /// δ at which noisy class counts are calibrated where the run's own δ is to be derived from them. Below the δ of any dataset of up
    /// to 46 million units, so that the counts then cost no more than their share.
    /// </summary>
    public const double ProvisionalDelta = 1e-9;

    /// <summary>Bits of the grid where votes are fractions: rounding then takes less than a thousandth of a vote.</summary>
    private const int FractionBits = 10;

    /// <summary>Whether a unit has a single whole vote.</summary>
    private bool IsSingleVote => request.Privacy.Unit == PrivacyUnit.Image && request.Evolution.Neighbours == 1;

    /// <summary>The grid that all releases of the run are counted on.</summary>
    public VoteGrid Grid => new(IsSingleVote ? 0 : FractionBits);

    /// <summary>
    /// Whether noisy class counts are released: they divide the population among classes, and give the size that δ is derived from.
    /// Where neither is needed, nothing is spent on them.
    /// </summary>
    public bool ReleasesClassCounts =>
        request.Privacy.ClassCounts == ClassCounts.Private
        && (classes > 1 || (request.Delta is null && request.Privacy.DatasetSize is null));

    /// <summary>Calibrates all releases at once.</summary>
    public CalibratedReleases Calibrate(double delta)
    {
        var events = Calibrate(delta, Weights(), []);
        return ReleasesClassCounts
            ? new CalibratedReleases(events[0], [.. events.Skip(1)])
            : new CalibratedReleases(null, events);
    }

    /// <summary>Calibrates class counts alone, at their share of the budget and <see cref="ProvisionalDelta"/>.</summary>
    public DiscreteGaussianEvent CalibrateClassCounts() => Calibrate(ProvisionalDelta, Weights(), [])[0];

    /// <summary>Calibrates the iterations beside class counts that are fixed already.</summary>
    public IReadOnlyList<DiscreteGaussianEvent> CalibrateIterations(double delta, DiscreteGaussianEvent classCounts) =>
        Calibrate(delta, IterationWeights(1), [classCounts]);

    /// <summary>One sentence on a budget that no noise gives.</summary>
    public static string DescribeNoNoise(RunRequest request, double delta) => string.Create(
        CultureInfo.InvariantCulture,
        $"No noise within the range of numbers gives ε = {request.Epsilon} at δ = {delta}; ask for an 'epsilon' and a 'delta' that are less extreme.");

    private IReadOnlyList<DiscreteGaussianEvent> Calibrate(double delta, double[] weights, PrivacyEvent[] alreadySpent)
    {
        try
        {
            return NoiseCalibration.Calibrate(
                request.Epsilon,
                delta,
                weights,
                Grid.UnitsPerVote,
                IsSingleVote ? ContributionShape.OneCoordinate : ContributionShape.Vector,
                request.Privacy.Adjacency,
                alreadySpent);
        }
        catch (ArgumentException)
        {
            throw new RequestException(DescribeNoNoise(request, delta), request.RunId);
        }
    }

    private double[] Weights() => ReleasesClassCounts
        ? [request.Privacy.ClassCountShare, .. IterationWeights(1 - request.Privacy.ClassCountShare)]
        : IterationWeights(1);

    /// <summary>Weights of the iterations that add up to <paramref name="total"/>.</summary>
    private double[] IterationWeights(double total)
    {
        IReadOnlyList<double> given = request.Evolution.BudgetWeights is { Count: > 0 } weights
            ? weights
            : [.. Enumerable.Repeat(1.0, request.Evolution.Iterations)];
        var sum = given.Sum();
        return [.. given.Select(weight => total * weight / sum)];
    }
}

/// <summary>The noise of a run's releases.</summary>
/// <param name="ClassCounts">Of noisy class counts; null if there are none.</param>
/// <param name="Iterations">Of iterations 1 to T.</param>
internal sealed record CalibratedReleases(DiscreteGaussianEvent? ClassCounts, IReadOnlyList<DiscreteGaussianEvent> Iterations);
