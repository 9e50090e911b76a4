using System.Text.Json.Serialization;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>
/// A dataset's budget as its ledger has it. Every ε is at <see cref="CapDelta"/> under add/remove, in nats, rounded up, and for the unit that it
/// names: what runs cost an image and what runs cost an owner are never added.
/// </summary>
public sealed record PrivacyBudget
{
    private readonly Lazy<double> _remaining = new(0.0);

    /// <summary>The dataset asked for.</summary>
    public required string Dataset { get; init; }

    /// <summary>The lineage whose ledger it is; the name of the first dataset of it.</summary>
    public required string Lineage { get; init; }

    /// <summary>The policy that the owner has approved; null if there is none: no run is then admitted.</summary>
    public ApprovedPolicy? Policy { get; init; }

    /// <summary>Whom the policy protects; the figures are for this unit unless they say otherwise.</summary>
    public PrivacyUnit Unit { get; init; }

    /// <summary>ε that all runs together may cost; 0 while no owner has approved anything.</summary>
    public required double CapEpsilon { get; init; }

    /// <summary>δ at which every ε here is stated.</summary>
    public required double CapDelta { get; init; }

    /// <summary>ε of all measurements made.</summary>
    public double SpentEpsilon { get; init; }

    /// <summary>ε of all measurements made and of what open runs hold in reserve; never below <see cref="SpentEpsilon"/>.</summary>
    public double CommittedEpsilon { get; init; }

    /// <summary>ε of all measurements of runs that protect the other unit: made under another policy before.</summary>
    public double OtherUnitSpentEpsilon { get; init; }

    /// <summary>The same with what open runs hold in reserve.</summary>
    public double OtherUnitCommittedEpsilon { get; init; }

    /// <summary>The accountant that composed the figures of <see cref="Unit"/>.</summary>
    public AccountantKind Accountant { get; init; } = AccountantKind.Gdp;

    /// <summary>
    /// ε of the costliest single further run (of Gaussian measurements) that the cap still admits; 0 if none. Searched when it is first asked
    /// for, in some twenty evaluations of the accountant at most.
    /// </summary>
    public double RemainingEpsilon
    {
        get => _remaining.Value;
        init => _remaining = new Lazy<double>(value);
    }

    /// <summary>The runs, in order of their first reservation.</summary>
    public IReadOnlyList<RunBudget> Runs { get; init; } = [];

    /// <summary>How <see cref="RemainingEpsilon"/> is found.</summary>
    internal Func<double> FindRemaining
    {
        init => _remaining = new Lazy<double>(value);
    }
}

/// <summary>One run's share.</summary>
public sealed record RunBudget
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Whether the run is over; what it did not spend is then free again.</summary>
    public bool Closed { get; init; }

    /// <summary>Whom its measurements protect.</summary>
    public PrivacyUnit Unit { get; init; }

    /// <summary>Where it reads owners from, in words; null where the unit is the image.</summary>
    public string? OwnersFrom { get; init; }

    /// <summary>Its measurements, in order of reservation.</summary>
    [JsonPropertyName("releases")]
    public IReadOnlyList<LedgerMeasurement> Measurements { get; init; } = [];
}

/// <summary>One measurement on the ledger.</summary>
/// <param name="Key">Its name in the run.</param>
/// <param name="Event">What it costs.</param>
/// <param name="SpentAt">When it was spent (UTC); null while only reserved, and for ever if the run closed before.</param>
/// <param name="EntryHash">SHA-256 of the entry that spent it, in hexadecimal; null unless spent.</param>
public sealed record LedgerMeasurement(string Key, PrivacyEvent Event, DateTimeOffset? SpentAt, string? EntryHash);
