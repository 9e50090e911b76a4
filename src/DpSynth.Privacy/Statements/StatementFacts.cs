using System.Text.Json.Serialization;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Statements;

/// <summary>What a run knows of its privacy: everything else in a statement is computed from it. Public parameters only.</summary>
public sealed record StatementFacts
{
    /// <summary>The product and its version.</summary>
    public required string Product { get; init; }

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Whose presence is hidden.</summary>
    public required PrivacyUnit Unit { get; init; }

    /// <summary>How owners were told apart, in words; null where the unit is an image.</summary>
    public string? OwnersFrom { get; init; }

    /// <summary>Which two inputs count as neighbours.</summary>
    public required Adjacency Adjacency { get; init; }

    /// <summary>ε in nats that was asked for, above 0 and finite; what the measurements cost is at most this.</summary>
    public required double RequestedEpsilon { get; init; }

    /// <summary>δ of the whole run, inside (0, 1).</summary>
    public required double Delta { get; init; }

    /// <summary>Where δ comes from.</summary>
    public required DeltaSource DeltaSource { get; init; }

    /// <summary>The measurements, in order, each under a key of its own.</summary>
    public required IReadOnlyList<StatedMeasurement> Measurements { get; init; }

    /// <summary>What the request declared public or the product takes as public, one sentence each.</summary>
    public required IReadOnlyList<string> DeclaredPublic { get; init; }
}

/// <summary>Whose presence a guarantee hides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PrivacyUnit>))]
public enum PrivacyUnit
{
    /// <summary>One image. Whoever contributed several is protected image by image only.</summary>
    [JsonStringEnumMemberName("image")]
    Image,

    /// <summary>One owner with all images that belong to them.</summary>
    [JsonStringEnumMemberName("owner")]
    Owner,
}

/// <summary>Where a run's δ comes from; never from the true size of the dataset.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeltaSource>))]
public enum DeltaSource
{
    /// <summary>The request gave it.</summary>
    [JsonStringEnumMemberName("request")]
    Request,

    /// <summary>1/(n ln n) of a size n that the request declared.</summary>
    [JsonStringEnumMemberName("declared-size")]
    DeclaredSize,

    /// <summary>1/(n ln n) of a noisy size n, whose measurement is among the measurements.</summary>
    [JsonStringEnumMemberName("noisy-size")]
    NoisySize,
}

/// <summary>One measurement.</summary>
/// <param name="Key">Its name in the run and on the ledger: <c>class-counts</c>, <c>iteration-001</c>, ….</param>
/// <param name="Event">Mechanism and parameters.</param>
/// <param name="UnitsPerVote">Grid units that make one full vote, at least 1: σ in votes is √σ² ÷ this.</param>
/// <param name="LedgerEntry">SHA-256 of the ledger entry that spent it, in hexadecimal.</param>
public sealed record StatedMeasurement(string Key, PrivacyEvent Event, long UnitsPerVote, string LedgerEntry);
