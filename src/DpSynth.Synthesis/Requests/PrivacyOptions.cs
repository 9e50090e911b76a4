using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// What a request asks of its privacy. What it leaves open is as the dataset's policy says; what it says must be as strict. The two together are a
/// <see cref="Guarantee"/>.
/// </summary>
public sealed record PrivacyOptions
{
    /// <summary>The fewest units of which a δ is derived: below, 1/(n ln n) is no small probability.</summary>
    public const int MinUnits = 10;

    /// <summary>Whose presence is hidden; null: as the policy says.</summary>
    public PrivacyUnit? Unit { get; init; }

    /// <summary>Where owners come from; null: as the policy says.</summary>
    public OwnerSource? Owners { get; init; }

    /// <summary>How the population is divided among the classes.</summary>
    public ClassCounts ClassCounts { get; init; } = ClassCounts.Private;

    /// <summary>
    /// The share of the budget that noisy class counts take: of Σ 1/σ² over all measurements. Above 0, at most 0.5; without meaning
    /// unless <see cref="ClassCounts"/> is private.
    /// </summary>
    public double ClassCountShare { get; init; } = 0.05;

    /// <summary>The number of units that the policy makes public, for who wants to be sure of it; null: whatever the policy says.</summary>
    public int? DatasetSize { get; init; }

    /// <summary>Which two datasets count as neighbours; null: as the policy says.</summary>
    public Adjacency? Adjacency { get; init; }
}

/// <summary>How a population is divided among the classes.</summary>
public enum ClassCounts
{
    /// <summary>In proportion to noisy counts of the units in each class, which a part of the budget pays for.</summary>
    Private,

    /// <summary>In proportion to the true counts, where the dataset's policy makes them public.</summary>
    Public,

    /// <summary>Evenly; nothing of the classes' sizes is used.</summary>
    Even,
}
