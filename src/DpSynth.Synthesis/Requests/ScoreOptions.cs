using System.Text.Json.Serialization;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// Which scores of quality a run computes of its release, in the space of its embedder. A score against public images is published with the
/// release. One against the private images is not covered by ε: it stays in the private container.
/// </summary>
public sealed record ScoreOptions
{
    /// <summary>The public image set to compare with, <c>candidates/public/NAME</c>; null for none.</summary>
    public string? PublicReference { get; init; }

    /// <summary>Whether the release is compared with the private images, for the data owner alone.</summary>
    public bool Private { get; init; }

    /// <summary>Whether there is anything to compute.</summary>
    [JsonIgnore]
    public bool IsWanted => Private || PublicReference is not null;
}
