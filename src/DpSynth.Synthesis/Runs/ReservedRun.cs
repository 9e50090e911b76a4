using System.Text.Json.Serialization;
using DpSynth.Ledgers;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Everything about a run that is fixed before its first vote: how its noise was calibrated, how its population is divided. Written
/// once to the private store under <see cref="RecordName"/>, after the budget was reserved.
/// </summary>
public sealed record ReservedRun
{
    /// <summary>Name of the private record.</summary>
    public const string RecordName = "reserved";

    /// <summary>The request.</summary>
    public required RunRequest Request { get; init; }

    /// <summary>What the run guarantees.</summary>
    public required Guarantee Guarantee { get; init; }

    /// <summary>What workers get to know.</summary>
    public required GenerationRecipe Recipe { get; init; }

    /// <summary>How many pieces the work on private images is cut into; shard n belongs to the lane n mod this.</summary>
    public required int Lanes { get; init; }

    /// <summary>The class of each private shard, by its number.</summary>
    public required IReadOnlyList<int> ShardClasses { get; init; }

    /// <summary>The grid that all measurements are counted on.</summary>
    public required VoteGrid Grid { get; init; }

    /// <summary>δ of the run.</summary>
    public required double Delta { get; init; }

    /// <summary>Where δ comes from.</summary>
    public required DeltaSource DeltaSource { get; init; }

    /// <summary>The measurements in their order: class counts first, if they are measured, then the method's own.</summary>
    public required IReadOnlyList<PlannedMeasurement> Measurements { get; init; }

    /// <summary>Whether noisy class counts are measured.</summary>
    [JsonIgnore]
    public bool MeasuresClassCounts => Measurements is [{ Key: MeasurementKeys.ClassCounts }, ..];

    /// <summary>Numbers of the private shards of a lane, in order.</summary>
    public IEnumerable<int> ShardsOf(int lane) => Enumerable.Range(0, ShardClasses.Count).Where(shard => shard % Lanes == lane);

    /// <summary>One measurement.</summary>
    /// <exception cref="InvalidOperationException">The run has none of that name.</exception>
    public PlannedMeasurement Measurement(string key) =>
        Measurements.FirstOrDefault(measurement => measurement.Key == key)
        ?? throw new InvalidOperationException($"The run '{Request.RunId}' has no measurement '{key}'.");

    /// <summary>The measurements up to one, that one included, in their order.</summary>
    public IReadOnlyList<PlannedMeasurement> MeasurementsThrough(string key)
    {
        var last = Measurement(key);
        return [.. Measurements.TakeWhile(measurement => measurement != last), last];
    }

    /// <summary>σ of one measurement's noise in full votes.</summary>
    public double NoiseInVotes(string key) => MeasurementCost.SigmaOf(Measurement(key).Event, Grid.UnitsPerVote)
        ?? throw new InvalidOperationException($"The measurement '{key}' has no noise of its own.");
}

/// <summary>The names of the measurements that runs of all methods have in common.</summary>
public static class MeasurementKeys
{
    /// <summary>The noisy class counts.</summary>
    public const string ClassCounts = "class-counts";
}
