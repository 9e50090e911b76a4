using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Evolution;

/// <summary>
/// Everything about a run that is fixed before it starts; written once to the private store under <see cref="RecordName"/>. It
/// names private blobs, so that it never leaves the private side.
/// </summary>
public sealed record RunPlan
{
    /// <summary>Name of the private record.</summary>
    public const string RecordName = "plan";

    /// <summary>The request.</summary>
    public required RunRequest Request { get; init; }

    /// <summary>What workers get to know.</summary>
    public required GenerationRecipe Recipe { get; init; }

    /// <summary>The pieces of the dataset.</summary>
    public required IReadOnlyList<PrivateShard> PrivateShards { get; init; }

    /// <summary>σ of releases 1 to T; the L2 sensitivity of a release is 1.</summary>
    public required IReadOnlyList<double> NoiseMultipliers { get; init; }

    /// <summary>σ of one release.</summary>
    /// <param name="iteration">1 to T.</param>
    public double NoiseMultiplier(int iteration) => NoiseMultipliers[iteration - 1];
}

/// <summary>What the orchestrator gets to know of a plan.</summary>
/// <param name="Refusal">One sentence if the run may not start, else null.</param>
/// <param name="PrivateShards">Number of private shards.</param>
/// <param name="Iterations">T.</param>
public sealed record PlanSummary(string? Refusal, int PrivateShards, int Iterations);
