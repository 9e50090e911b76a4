using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>What every version of a <see cref="RunPlan"/> has, so that a run that another version planned can be told, and closed.</summary>
internal sealed record RunPlanHeader
{
    /// <summary>The version that the run was planned with.</summary>
    public int SchemaVersion { get; init; } = RunPlan.KnownSchemaVersion;

    /// <summary>The request's part.</summary>
    public required PlannedRequest Request { get; init; }

    /// <summary>Whether this software can go on with the run.</summary>
    public bool IsKnown => SchemaVersion == RunPlan.KnownSchemaVersion;

    /// <summary>Part of a request.</summary>
    /// <param name="Dataset">The dataset.</param>
    public sealed record PlannedRequest(string Dataset);
}

/// <summary>Runs that this software cannot go on with.</summary>
public static class UnknownPlan
{
    /// <summary>What the run's status says.</summary>
    public static Refusal Refusal(int schemaVersion) => new(
        "other-version",
        $"The run was planned by another version of DpSynth (plan schema {schemaVersion}; this version knows {RunPlan.KnownSchemaVersion}) and cannot go on; "
            + "what it had reserved is free again: submit it anew under another run id.");
}
