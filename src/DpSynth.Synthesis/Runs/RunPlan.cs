using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// What planning knows of a run, before any image was read; written once to the private store under <see cref="RecordName"/>. It
/// names private blobs, so that it never leaves the private side.
/// </summary>
public sealed record RunPlan
{
    /// <summary>Name of the private record.</summary>
    public const string RecordName = "plan";

    /// <summary>
    /// The version of everything a run writes and reads between its steps that this software knows. A run keeps the version it was
    /// planned with; raise it when an older run could no longer be gone on with.
    /// </summary>
    public const int KnownSchemaVersion = 3;

    /// <summary>The version that the run was planned with.</summary>
    public int SchemaVersion { get; init; } = KnownSchemaVersion;

    /// <summary>The request, its models pinned. </summary>
    public required RunRequest Request { get; init; }

    /// <summary>What the run guarantees: the request within the policy of its dataset.</summary>
    public required Guarantee Guarantee { get; init; }

    /// <summary>The classes' names in order, or one null for an unconditional run.</summary>
    public required IReadOnlyList<string?> Classes { get; init; }

    /// <summary>
    /// How many pieces the work on private images is cut into, for everybody to see. It follows from what is public, so that it says nothing of how
    /// many images there are.
    /// </summary>
    public required int Lanes { get; init; }

    /// <summary>The pieces of the dataset; each belongs to the lane <c>Number mod Lanes</c>.</summary>
    public required IReadOnlyList<PrivateShard> PrivateShards { get; init; }

    /// <summary>How many blobs lie outside the policy's classes, and take no part.</summary>
    public int LeftOut { get; init; }

    /// <summary>Names of some of them.</summary>
    public IReadOnlyList<string> LeftOutNames { get; init; } = [];

    /// <summary>The private shards of a lane, in order.</summary>
    public IEnumerable<PrivateShard> ShardsOf(int lane) => PrivateShards.Where(shard => shard.Number % Lanes == lane);

    /// <summary>SHA-256 of the table of owners, in hexadecimal digits; null where there is none.</summary>
    public string? OwnerTableHash { get; init; }
}

/// <summary>What the orchestrator gets to know of a plan.</summary>
/// <param name="Refusal">Why the run may not start; null if it may.</param>
/// <param name="Lanes">How many pieces the work on private images is cut into.</param>
/// <param name="SchemaVersion">The plan's schema version.</param>
public sealed record PlanSummary(Refusal? Refusal, int Lanes, int SchemaVersion = RunPlan.KnownSchemaVersion);
