using System.Globalization;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>How a run's guarantee turns into noise. Follows from it alone, so that doing it again gives the same.</summary>
/// <param name="guarantee">What the run guarantees.</param>
/// <param name="design">What the method measures.</param>
/// <param name="classes">Number of classes.</param>
/// <exception cref="RequestException">Thrown by all calibrations: no noise gives the budget asked for.</exception>
public sealed class RunCalibration(Guarantee guarantee, MeasurementDesign design, int classes)
{
    /// <summary>
    /// δ at which noisy class counts are calibrated where the run's own δ is to be derived from them. Below the δ of any dataset of up
    /// to 46 million units, so that the counts then cost no more than their share.
    /// </summary>
    public const double ProvisionalDelta = 1e-9;

    /// <summary>The grid that all measurements of the run are counted on.</summary>
    public VoteGrid Grid => design.Grid;

    /// <summary>
    /// Whether noisy class counts are measured: they divide the population among classes, and give the size that δ is derived from.
    /// Where neither is needed, nothing is spent on them.
    /// </summary>
    public bool MeasuresClassCounts =>
        guarantee.ClassCounts == ClassCounts.Private
        && (classes > 1 || (guarantee.Delta is null && guarantee.PublicSize is null));

    /// <summary>Calibrates all measurements at once; class counts come first.</summary>
    public IReadOnlyList<PlannedMeasurement> Calibrate(double delta)
    {
        var share = MeasuresClassCounts ? guarantee.ClassCountShare : 0;
        var events = Calibrate(delta, MeasuresClassCounts ? [share, .. Weights(1 - share)] : Weights(1), []);
        return MeasuresClassCounts
            ? [new PlannedMeasurement(MeasurementKeys.ClassCounts, events[0]), .. OfMethod(events.Skip(1))]
            : [.. OfMethod(events)];
    }

    /// <summary>Calibrates class counts alone, at their share of the budget and <see cref="ProvisionalDelta"/>.</summary>
    public PlannedMeasurement CalibrateClassCounts()
    {
        var share = guarantee.ClassCountShare;
        return new PlannedMeasurement(MeasurementKeys.ClassCounts, Calibrate(ProvisionalDelta, [share, .. Weights(1 - share)], [])[0]);
    }

    /// <summary>Calibrates the method's measurements beside class counts that are fixed already, which come first.</summary>
    public IReadOnlyList<PlannedMeasurement> CalibrateBeside(PlannedMeasurement classCounts, double delta) =>
        [classCounts, .. OfMethod(Calibrate(delta, Weights(1), [classCounts.Event]))];

    /// <summary>One sentence on a budget that no noise gives.</summary>
    public static string DescribeNoNoise(double epsilon, double delta) => string.Create(
        CultureInfo.InvariantCulture,
        $"No noise within the range of numbers gives ε = {epsilon} at δ = {delta}; ask for an 'epsilon' and a 'delta' that are less extreme.");

    private IReadOnlyList<DiscreteGaussianEvent> Calibrate(double delta, double[] weights, PrivacyEvent[] alreadySpent)
    {
        try
        {
            return NoiseCalibration.Calibrate(
                guarantee.Epsilon,
                delta,
                weights,
                Grid.UnitsPerVote,
                design.Contribution,
                guarantee.Adjacency,
                alreadySpent);
        }
        catch (ArgumentException)
        {
            throw new RequestException(DescribeNoNoise(guarantee.Epsilon, delta));
        }
    }

    /// <summary>Weights of the method's measurements that add up to <paramref name="total"/>.</summary>
    private double[] Weights(double total)
    {
        var sum = design.Measurements.Sum(measurement => measurement.Weight);
        return [.. design.Measurements.Select(measurement => total * measurement.Weight / sum)];
    }

    private IEnumerable<PlannedMeasurement> OfMethod(IEnumerable<PrivacyEvent> events) =>
        design.Measurements.Zip(events, (measurement, cost) => new PlannedMeasurement(measurement.Key, cost));
}
