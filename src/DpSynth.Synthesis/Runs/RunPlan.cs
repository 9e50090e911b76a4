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
    public const int KnownSchemaVersion = 1;

    /// <summary>The version that the run was planned with.</summary>
    public int SchemaVersion { get; init; } = KnownSchemaVersion;

    /// <summary>
    /// The request, its models pinned. A plan made before models were pinned has no hashes: its run goes on with whatever model bears the name.
    /// </summary>
    public required RunRequest Request { get; init; }

    /// <summary>The classes' names in order, or one null for an unconditional run.</summary>
    public required IReadOnlyList<string?> Classes { get; init; }

    /// <summary>The pieces of the dataset.</summary>
    public required IReadOnlyList<PrivateShard> PrivateShards { get; init; }

    /// <summary>SHA-256 of the table of owners, in hexadecimal digits; null where there is none, and in plans made before it was pinned.</summary>
    public string? OwnerTableHash { get; init; }
}

/// <summary>What the orchestrator gets to know of a plan.</summary>
/// <param name="Refusal">One sentence if the run may not start, else null.</param>
/// <param name="PrivateShards">Number of private shards.</param>
/// <param name="SchemaVersion">The plan's schema version.</param>
/// <param name="ChecksWorkers">Whether a worker is asked before the run is settled; false in histories of runs that began before there was such a step.</param>
public sealed record PlanSummary(
    string? Refusal, int PrivateShards, int SchemaVersion = RunPlan.KnownSchemaVersion, bool ChecksWorkers = false);
