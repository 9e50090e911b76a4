using System.Collections.Immutable;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>What a chain of entries adds up to. Immutable: <see cref="Apply"/> answers the state after one entry more.</summary>
public sealed record LedgerState
{
    /// <summary>The lineage.</summary>
    public required string Lineage { get; init; }

    /// <summary>How many entries there are; the last one's place.</summary>
    public long Sequence { get; private init; }

    /// <summary>The last entry's hash.</summary>
    public string LastHash { get; private init; } = LedgerEntry.NoHash;

    /// <summary>The last entry's time.</summary>
    public DateTimeOffset LastTime { get; private init; } = DateTimeOffset.MinValue;

    /// <summary>The cap; null before the first entry.</summary>
    public LedgerCap? Cap { get; private init; }

    /// <summary>Names of datasets that stand for the lineage's images.</summary>
    public ImmutableSortedSet<string> Datasets { get; private init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The runs, in order of their first reservation.</summary>
    public ImmutableList<RunBudget> Runs { get; private init; } = [];

    /// <summary>The ledgers whose spending is charged here, each at its last entry.</summary>
    public ImmutableList<LedgerReference> JoinedAt { get; private init; } = [];

    /// <summary>Names of datasets that the owner took away, each with the lineage that was started for it.</summary>
    public ImmutableHashSet<(string Dataset, string Lineage)> Parted { get; private init; } = [];

    /// <summary>The lineage that took this one in; null while this one stands.</summary>
    public string? JoinedInto { get; private init; }

    private UnitTotals Images { get; init; } = UnitTotals.Nothing;

    private UnitTotals Owners { get; init; } = UnitTotals.Nothing;

    private ImmutableDictionary<string, ApprovedPolicy> Policies { get; init; } = ImmutableDictionary.Create<string, ApprovedPolicy>(StringComparer.Ordinal);

    private ImmutableDictionary<string, int> RunPlaces { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>A run's share; null if it never reserved anything.</summary>
    public RunBudget? FindRun(string runId) => RunPlaces.TryGetValue(runId, out var place) ? Runs[place] : null;

    /// <summary>What runs that protect a unit cost. Costs of different units are never added: an image's ε says nothing of an owner's.</summary>
    public UnitTotals Totals(PrivacyUnit unit) => unit == PrivacyUnit.Owner ? Owners : Images;

    /// <summary>The policy that the owner has approved for a dataset's name; null if there is none.</summary>
    public ApprovedPolicy? PolicyOf(string dataset) => Policies.GetValueOrDefault(dataset);

    /// <summary>Whether another lineage's spending is charged here.</summary>
    public bool HasJoined(string lineage) => JoinedAt.Any(joined => joined.Lineage == lineage);

    /// <summary>The state after an entry.</summary>
    /// <exception cref="InvalidDataException">
    /// The entry cannot follow: the chain is broken, or it breaks a rule. The message says which entry and why.
    /// </exception>
    public LedgerState Apply(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new InvalidDataException($"Entry {entry.Sequence} {otherwise}.");
            }
        }

        Require(entry.Sequence == Sequence + 1, $"stands where entry {Sequence + 1} belongs");
        Require(entry.Hash is not null, "has no hash");
        Require(entry.PreviousHash == LastHash, Sequence == 0
            ? "names an entry before it, and there is none"
            : Unlinked(Sequence));
        Require(entry.Lineage == Lineage, $"belongs to another lineage than '{Lineage}'");
        Require(entry.Time >= LastTime, "lies before the entry in front of it: a clock went backwards");
        Require(entry.Time.Offset == TimeSpan.Zero, "does not state its time in UTC");
        Require(JoinedInto is null, "stands on a ledger that was closed before");
        Require((entry.Kind == LedgerEntryKind.Open) == (Sequence == 0), "is out of place: a ledger begins with 'open', once");
        var next = this with { Sequence = entry.Sequence, LastHash = entry.Hash!, LastTime = entry.Time };
        switch (entry.Kind)
        {
            case LedgerEntryKind.Open:
                Require(entry is { Cap.IsValid: true, Dataset: not null }, "opens a ledger without a dataset and a cap");
                return (next with { Cap = entry.Cap, Datasets = Datasets.Add(entry.Dataset!) }).WithPolicy(entry);

            case LedgerEntryKind.Cap:
                Require(entry.Cap is { IsValid: true }, "sets a cap that is none");
                return next with { Cap = entry.Cap };

            case LedgerEntryKind.Policy:
                Require(
                    entry is { Cap.IsValid: true, Policy: not null, Dataset: not null } && Datasets.Contains(entry.Dataset),
                    "approves a policy without a cap, for a dataset that is not there, or none");
                return (next with { Cap = entry.Cap }).WithPolicy(entry);

            case LedgerEntryKind.Follow:
                Require(entry.Dataset is not null && !Datasets.Contains(entry.Dataset), "adds a dataset's name that is there, or none");
                return (next with { Datasets = Datasets.Add(entry.Dataset!) }).WithPolicy(entry);

            case LedgerEntryKind.Part:
                Require(entry is { Other: not null, Dataset: not null } && Datasets.Contains(entry.Dataset), "takes away a dataset's name that is not there");
                return next with
                {
                    Datasets = Datasets.Remove(entry.Dataset!),
                    Policies = Policies.Remove(entry.Dataset!),
                    Parted = Parted.Add((entry.Dataset!, entry.Other!.Lineage)),
                };

            case LedgerEntryKind.Reserve:
                Require(entry is { Run: not null, Measurements.Count: > 0 }, "reserves nothing");
                Require(FindRun(entry.Run!) is not { Closed: true }, "reserves for a run that is over");
                Require(
                    entry.Measurements!.Select(made => made.Key).Concat(FindRun(entry.Run!)?.Measurements.Select(made => made.Key) ?? [])
                        .GroupBy(key => key, StringComparer.Ordinal).All(group => group.Count() == 1),
                    "reserves a measurement twice");
                var unit = entry.Unit ?? PrivacyUnit.Image;
                Require(
                    FindRun(entry.Run!) is not { Measurements.Count: > 0 } known || known.Unit == unit, "reserves for another unit than its run did before");
                var reserved = entry.Measurements!.Select(measurement => new LedgerMeasurement(measurement.Key, measurement.Event, null, null));
                return next
                    .WithRun(
                        FindRun(entry.Run!) ?? new RunBudget { RunId = entry.Run! },
                        run => run with { Unit = unit, OwnersFrom = entry.OwnersFrom, Measurements = [.. run.Measurements, .. reserved] })
                    .WithTotals(unit, totals => totals.Reserve(entry.Measurements!.Select(measurement => measurement.Event)));

            case LedgerEntryKind.Spend:
                var spending = entry.Run is null ? null : FindRun(entry.Run);
                Require(
                    spending is { Closed: false } && spending.Measurements.Any(measurement =>
                        measurement.Key == entry.Key && measurement.SpentAt is null && measurement.Event == entry.Event),
                    "spends what its run does not hold in reserve");
                Require((entry.Unit ?? PrivacyUnit.Image) == spending!.Unit, "spends for another unit than its run has reserved for");
                return next.WithRun(
                    spending,
                    run => run with
                    {
                        Measurements = [.. run.Measurements.Select(measurement =>
                            measurement.Key == entry.Key ? measurement with { SpentAt = entry.Time, EntryHash = entry.Hash } : measurement)],
                    })
                    .WithTotals(spending.Unit, totals => totals.Spend([entry.Event!]));

            case LedgerEntryKind.GiveBack:
                Require(entry.Run is not null, "ends no run");
                var ending = FindRun(entry.Run!) ?? new RunBudget { RunId = entry.Run! };
                Require(!ending.Closed, "ends a run that is over");
                var rest = Unspent(ending);
                Require(
                    entry.Measurements is not null && entry.Measurements.SequenceEqual(rest), "gives back something else than what its run held in reserve");
                return next.WithRun(ending, run => run with { Closed = true })
                    .WithTotals(ending.Unit, totals => totals.GiveBack(rest.Select(measurement => measurement.Event)));

            case LedgerEntryKind.Join:
                Require(
                    entry is { Other: { Sequence: > 0, Hash: not null }, Runs: not null } && entry.Other.Lineage != Lineage && !HasJoined(entry.Other.Lineage),
                    "joins a ledger that is joined already, or none");
                Require(
                    entry.Runs!.All(run => run.Closed && run.Measurements.All(measurement => measurement is { SpentAt: not null, EntryHash: not null })),
                    "joins a ledger with runs that are not over");
                return entry.Runs!.Aggregate(
                    next with { JoinedAt = JoinedAt.Add(entry.Other!) },
                    (state, run) => state.AddRun(run).WithTotals(
                        run.Unit, totals => totals.Charge(run.Measurements.Select(measurement => measurement.Event))));

            case LedgerEntryKind.Close:
                Require(entry.Other is not null && entry.Other.Lineage != Lineage, "closes the ledger into none");
                Require(Runs.All(run => run.Closed), "closes a ledger on which runs are not over");
                return next with { JoinedInto = entry.Other!.Lineage };

            default:
                throw new InvalidDataException($"Entry {entry.Sequence} is of an unknown kind.");
        }
    }

    /// <summary>Words for an entry whose previous hash is not that of the entry in front of it.</summary>
    internal static string Unlinked(long before) => $"names another entry {before} than the one in front of it: one of the two was replaced";

    /// <summary>What a run holds in reserve, in order of reservation.</summary>
    internal static IReadOnlyList<PlannedMeasurement> Unspent(RunBudget run) =>
        [.. run.Measurements.Where(made => made.SpentAt is null).Select(made => new PlannedMeasurement(made.Key, made.Event))];

    /// <summary>What everything costs together at the cap's δ.</summary>
    internal LedgerTotal ComposeTotal(LedgerAccountant accountant)
    {
        var images = Compose(Images, accountant);
        return Owners.Committed.IsEmpty ? images : images with { Owners = Compose(Owners, accountant) };
    }

    private LedgerTotal Compose(UnitTotals totals, LedgerAccountant accountant)
    {
        var delta = Cap!.Delta;
        var committed = accountant.Compose(totals.Committed, delta);
        return new LedgerTotal(accountant.Compose(totals.Spent, delta).Epsilon, committed.Epsilon, delta, committed.Accountant);
    }

    /// <summary>The state as a budget.</summary>
    /// <param name="dataset">The dataset asked for.</param>
    /// <param name="accountant">Composes the totals.</param>
    /// <exception cref="InvalidOperationException">The ledger has no entries, and so no cap.</exception>
    public PrivacyBudget ToBudget(string dataset, LedgerAccountant accountant)
    {
        ArgumentNullException.ThrowIfNull(accountant);
        var cap = Cap ?? throw new InvalidOperationException($"The ledger of lineage '{Lineage}' has no entries.");
        var policy = PolicyOf(dataset);
        var unit = policy?.Policy.Unit ?? PrivacyUnit.Image;
        var (own, other) = (Totals(unit), unit == PrivacyUnit.Image ? Owners : Images);
        var (total, beside) = (Compose(own, accountant), Compose(other, accountant));
        return new PrivacyBudget
        {
            Dataset = dataset,
            Lineage = Lineage,
            Policy = policy,
            Unit = unit,
            CapEpsilon = cap.Epsilon,
            CapDelta = cap.Delta,
            SpentEpsilon = total.SpentEpsilon,
            CommittedEpsilon = Math.Max(total.SpentEpsilon, total.CommittedEpsilon),
            OtherUnitSpentEpsilon = beside.SpentEpsilon,
            OtherUnitCommittedEpsilon = Math.Max(beside.SpentEpsilon, beside.CommittedEpsilon),
            Accountant = total.Accountant,
            FindRemaining = () => accountant.RemainingEpsilon(cap, own.Committed),
            Runs = Runs,
        };
    }

    private LedgerState WithTotals(PrivacyUnit unit, Func<UnitTotals, UnitTotals> change) =>
        unit == PrivacyUnit.Owner ? this with { Owners = change(Owners) } : this with { Images = change(Images) };

    private LedgerState WithPolicy(LedgerEntry entry) => entry.Policy is { } policy
        ? this with
        {
            Policies = Policies.SetItem(entry.Dataset!, new ApprovedPolicy(policy, Lineage, entry.Hash!, entry.Time, entry.By, entry.Reason)),
        }
        : this;

    private LedgerState WithRun(RunBudget run, Func<RunBudget, RunBudget> change) => RunPlaces.TryGetValue(run.RunId, out var place)
        ? this with { Runs = Runs.SetItem(place, change(run)) }
        : AddRun(change(run));

    /// <summary>A joined run of a name that is taken keeps its share, but is not found by name.</summary>
    private LedgerState AddRun(RunBudget run) => this with
    {
        Runs = Runs.Add(run),
        RunPlaces = RunPlaces.ContainsKey(run.RunId) ? RunPlaces : RunPlaces.Add(run.RunId, Runs.Count),
    };
}

/// <summary>What runs that protect one unit of privacy cost, as events.</summary>
/// <param name="Spent">All measurements made.</param>
/// <param name="Committed">All measurements made, and what open runs hold in reserve.</param>
public sealed record UnitTotals(EventTotals Spent, EventTotals Committed)
{
    /// <summary>Before anything happened.</summary>
    public static UnitTotals Nothing { get; } = new(EventTotals.Empty, EventTotals.Empty);

    internal UnitTotals Reserve(IEnumerable<PrivacyEvent> events) => this with { Committed = Committed.Add(events) };

    internal UnitTotals Spend(IEnumerable<PrivacyEvent> events) => this with { Spent = Spent.Add(events) };

    internal UnitTotals GiveBack(IEnumerable<PrivacyEvent> events) => this with { Committed = Committed.Remove(events) };

    internal UnitTotals Charge(IEnumerable<PrivacyEvent> events)
    {
        PrivacyEvent[] charged = [.. events];
        return new UnitTotals(Spent.Add(charged), Committed.Add(charged));
    }
}
