using System.Text.Json.Serialization;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>One line of a ledger, never changed once written. Which members it has depends on its kind; none says how large a dataset is.</summary>
public sealed record LedgerEntry
{
    /// <summary>The version of this format that this software writes and reads.</summary>
    public const int KnownSchemaVersion = 1;

    /// <summary>What stands for the previous hash in the first entry.</summary>
    public const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Version of the format.</summary>
    public int SchemaVersion { get; init; } = KnownSchemaVersion;

    /// <summary>The entry's place in the chain, from 1.</summary>
    public long Sequence { get; init; }

    /// <summary>The lineage whose ledger it is.</summary>
    public required string Lineage { get; init; }

    /// <summary>What happened.</summary>
    public required LedgerEntryKind Kind { get; init; }

    /// <summary>The dataset's name under which it happened.</summary>
    public string? Dataset { get; init; }

    /// <summary>The run.</summary>
    public string? Run { get; init; }

    /// <summary>The measurement's name in the run (<see cref="LedgerEntryKind.Spend"/>).</summary>
    public string? Key { get; init; }

    /// <summary>What the measurement costs (<see cref="LedgerEntryKind.Spend"/>).</summary>
    public PrivacyEvent? Event { get; init; }

    /// <summary>What is reserved or given back.</summary>
    [JsonPropertyName("releases")]
    public IReadOnlyList<PlannedMeasurement>? Measurements { get; init; }

    /// <summary>
    /// Whom a run's measurements protect (<see cref="LedgerEntryKind.Reserve"/>, <see cref="LedgerEntryKind.Spend"/>); null stands for the image.
    /// </summary>
    public PrivacyUnit? Unit { get; init; }

    /// <summary>Where the run reads owners from, in words; null where the unit is the image.</summary>
    public string? OwnersFrom { get; init; }

    /// <summary>The policy of <see cref="Dataset"/> from here on.</summary>
    public DatasetPolicy? Policy { get; init; }

    /// <summary>The cap from here on.</summary>
    public LedgerCap? Cap { get; init; }

    /// <summary>The other ledger that the entry speaks of.</summary>
    public LedgerReference? Other { get; init; }

    /// <summary>The other ledger's runs with all they spent (<see cref="LedgerEntryKind.Join"/>).</summary>
    public IReadOnlyList<RunBudget>? Runs { get; init; }

    /// <summary>Why the owner did it, in the owner's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Who did it, as the API knew the caller; null where nobody was known, as on the command line.</summary>
    public string? By { get; init; }

    /// <summary>When (UTC); never before the previous entry's.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>What everything on the ledger costs together after this entry.</summary>
    public LedgerTotal Total { get; init; } = LedgerTotal.Nothing;

    /// <summary>The previous entry's hash.</summary>
    public string PreviousHash { get; init; } = NoHash;

    /// <summary>SHA-256 of the line without this member, in hexadecimal, lower case; the last member of the line.</summary>
    public string? Hash { get; init; }
}

/// <summary>What an entry records.</summary>
public enum LedgerEntryKind
{
    /// <summary>The ledger begins, with a dataset and a cap.</summary>
    Open,

    /// <summary>The owner set the cap.</summary>
    Cap,

    /// <summary>The owner approved a policy for a dataset, and with it the cap.</summary>
    Policy,

    /// <summary>A further dataset's name stands for the same images.</summary>
    Follow,

    /// <summary>The owner started a new ledger for a dataset's name.</summary>
    Part,

    /// <summary>A run reserved measurements.</summary>
    Reserve,

    /// <summary>A run makes one measurement.</summary>
    Spend,

    /// <summary>A run is over and gives back what it never drew.</summary>
    [JsonStringEnumMemberName("release")]
    GiveBack,

    /// <summary>Everything spent on another ledger is charged here from now on.</summary>
    Join,

    /// <summary>The ledger was joined into another one and takes no more entries.</summary>
    Close,
}

/// <summary>What all runs on a ledger together may cost.</summary>
/// <param name="Epsilon">ε in nats, above 0 and finite.</param>
/// <param name="Delta">δ at which it is stated, inside (0, 1).</param>
public sealed record LedgerCap(double Epsilon, double Delta)
{
    /// <summary>Whether both are in their ranges.</summary>
    [JsonIgnore]
    public bool IsValid => double.IsFinite(Epsilon) && Epsilon > 0 && Delta is > 0 and < 1;
}

/// <summary>A place in another ledger.</summary>
/// <param name="Lineage">The other ledger's lineage.</param>
/// <param name="Sequence">The entry; null if the other ledger as a whole is meant.</param>
/// <param name="Hash">The entry's hash.</param>
public sealed record LedgerReference(string Lineage, long? Sequence = null, string? Hash = null);

/// <summary>Composed totals, each an upper bound under add/remove in nats; +∞ where no finite ε holds.</summary>
/// <param name="SpentEpsilon">ε of all measurements made.</param>
/// <param name="CommittedEpsilon">ε of all measurements made and of what open runs hold in reserve.</param>
/// <param name="Delta">δ of the cap.</param>
/// <param name="Accountant">Which accountant composed <paramref name="CommittedEpsilon"/>.</param>
/// <param name="Owners">The totals of runs that protect owners, beside those that protect images: the two are never added; null if there are none.</param>
public sealed record LedgerTotal(
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double SpentEpsilon,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double CommittedEpsilon,
    double Delta,
    AccountantKind Accountant,
    LedgerTotal? Owners = null)
{
    /// <summary>Before anything happened.</summary>
    public static LedgerTotal Nothing { get; } = new(0, 0, 0, AccountantKind.Gdp);
}
