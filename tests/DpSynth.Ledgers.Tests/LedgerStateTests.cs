using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers.Tests;

public sealed class LedgerStateTests
{
    private static readonly DateTimeOffset _start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LedgerCap _cap = new(10, 1e-5);
    private static readonly PrivacyEvent _noise = new GaussianEvent { NoiseMultiplier = 4 };
    private static readonly PrivacyEvent _otherNoise = new GaussianEvent { NoiseMultiplier = 5 };

    private static readonly LedgerState _empty = new() { Lineage = "birds" };
    private static readonly LedgerState _opened = _empty.Apply(Next(_empty, LedgerEntryKind.Open) with { Dataset = "birds", Cap = _cap });
    private static readonly LedgerState _running = Spent(Reserved(_opened, "run", "a", "b"), "run", "a");
    private static readonly LedgerState _ended = Ended(_running, "run", "b");

    public static TheoryData<string, LedgerEntry> OnRunning => new()
    {
        { "stands where entry 4 belongs", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, Sequence = 5 } },
        { "stands where entry 4 belongs", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, Sequence = 3 } },
        { "has no hash", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, Hash = null } },
        { "names another entry 3", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, PreviousHash = LedgerEntry.NoHash } },
        { "belongs to another lineage than 'birds'", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, Lineage = "cats" } },
        { "a clock went backwards", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, Time = _start.AddTicks(-1) } },
        { "does not state its time in UTC", Next(_running, LedgerEntryKind.Cap) with { Cap = _cap, Time = _start.ToOffset(TimeSpan.FromHours(1)) } },
        { "is out of place", Next(_running, LedgerEntryKind.Open) with { Cap = _cap, Dataset = "birds" } },
        { "sets a cap that is none", Next(_running, LedgerEntryKind.Cap) },
        { "sets a cap that is none", Next(_running, LedgerEntryKind.Cap) with { Cap = new LedgerCap(0, 1e-5) } },
        { "sets a cap that is none", Next(_running, LedgerEntryKind.Cap) with { Cap = new LedgerCap(double.PositiveInfinity, 1e-5) } },
        { "sets a cap that is none", Next(_running, LedgerEntryKind.Cap) with { Cap = new LedgerCap(1, 0) } },
        { "sets a cap that is none", Next(_running, LedgerEntryKind.Cap) with { Cap = new LedgerCap(1, 1) } },
        { "adds a dataset's name that is there", Next(_running, LedgerEntryKind.Follow) },
        { "adds a dataset's name that is there", Next(_running, LedgerEntryKind.Follow) with { Dataset = "birds" } },
        { "takes away a dataset's name", Next(_running, LedgerEntryKind.Part) with { Dataset = "birds" } },
        { "takes away a dataset's name", Next(_running, LedgerEntryKind.Part) with { Other = new LedgerReference("cats") } },
        { "takes away a dataset's name", Next(_running, LedgerEntryKind.Part) with { Dataset = "cats", Other = new LedgerReference("cats") } },
        { "reserves nothing", Next(_running, LedgerEntryKind.Reserve) with { Measurements = [new("c", _noise)] } },
        { "reserves nothing", Next(_running, LedgerEntryKind.Reserve) with { Run = "run" } },
        { "reserves nothing", Next(_running, LedgerEntryKind.Reserve) with { Run = "run", Measurements = [] } },
        { "reserves a measurement twice", Next(_running, LedgerEntryKind.Reserve) with { Run = "run", Measurements = [new("b", _noise)] } },
        { "reserves a measurement twice", Next(_running, LedgerEntryKind.Reserve) with { Run = "new", Measurements = [new("c", _noise), new("c", _noise)] } },
        { "spends what its run does not hold", Next(_running, LedgerEntryKind.Spend) with { Key = "b", Event = _noise } },
        { "spends what its run does not hold", Next(_running, LedgerEntryKind.Spend) with { Run = "other", Key = "b", Event = _noise } },
        { "spends what its run does not hold", Next(_running, LedgerEntryKind.Spend) with { Run = "run", Key = "c", Event = _noise } },
        { "spends what its run does not hold", Next(_running, LedgerEntryKind.Spend) with { Run = "run", Key = "a", Event = _noise } },
        { "spends what its run does not hold", Next(_running, LedgerEntryKind.Spend) with { Run = "run", Key = "b", Event = _otherNoise } },
        { "ends no run", Next(_running, LedgerEntryKind.GiveBack) with { Measurements = [] } },
        { "gives back something else", Next(_running, LedgerEntryKind.GiveBack) with { Run = "run" } },
        { "gives back something else", Next(_running, LedgerEntryKind.GiveBack) with { Run = "run", Measurements = [] } },
        { "gives back something else", Next(_running, LedgerEntryKind.GiveBack) with { Run = "run", Measurements = [new("b", _otherNoise)] } },
        { "closes the ledger into none", Next(_running, LedgerEntryKind.Close) },
        { "closes the ledger into none", Next(_running, LedgerEntryKind.Close) with { Other = new LedgerReference("birds") } },
        { "closes a ledger on which runs are not over", Next(_running, LedgerEntryKind.Close) with { Other = new LedgerReference("cats") } },
        { "is of an unknown kind", Next(_running, (LedgerEntryKind)99) },
    };

    public static TheoryData<string, LedgerEntry> Joins => new()
    {
        { "joins a ledger that is joined already, or none", Join(null, []) },
        { "joins a ledger that is joined already, or none", Join(new LedgerReference("cats", null, Hash(7)), []) },
        { "joins a ledger that is joined already, or none", Join(new LedgerReference("cats", 0, Hash(7)), []) },
        { "joins a ledger that is joined already, or none", Join(new LedgerReference("cats", 7), []) },
        { "joins a ledger that is joined already, or none", Join(new LedgerReference("birds", 7, Hash(7)), []) },
        { "joins a ledger that is joined already, or none", Join(new LedgerReference("cats", 7, Hash(7)), null) },
        { "joins a ledger with runs that are not over", Join(new LedgerReference("cats", 7, Hash(7)), [new RunBudget { RunId = "cat" }]) },
        { "joins a ledger with runs that are not over", Join(new LedgerReference("cats", 7, Hash(7)), [Closed(null, Hash(6))]) },
        { "joins a ledger with runs that are not over", Join(new LedgerReference("cats", 7, Hash(7)), [HalfSpent]) },
        {
            "joins a ledger with runs that are not over",
            Join(new LedgerReference("cats", 7, Hash(7)), [Closed(_start, Hash(6)), new RunBudget { RunId = "b" }])
        },
        { "joins a ledger with runs that are not over", Join(new LedgerReference("cats", 7, Hash(7)), [Closed(_start, null)]) },
    };

    [Theory]
    [MemberData(nameof(OnRunning))]
    public void Entry_that_cannot_follow_is_refused_with_its_reason(string reason, LedgerEntry entry) => AssertRefused(_running, reason, entry);

    [Theory]
    [MemberData(nameof(Joins))]
    public void Join_that_is_none_is_refused_with_its_reason(string reason, LedgerEntry entry) => AssertRefused(_opened, reason, entry);

    [Fact]
    public void First_entry_opens_the_ledger_with_a_dataset_and_a_cap_and_nothing_else_does()
    {
        var open = Next(_empty, LedgerEntryKind.Open) with { Dataset = "birds", Cap = _cap };
        AssertRefused(_empty, "opens a ledger without a dataset and a cap", open with { Dataset = null });
        AssertRefused(_empty, "opens a ledger without a dataset and a cap", open with { Cap = null });
        AssertRefused(_empty, "opens a ledger without a dataset and a cap", open with { Cap = new LedgerCap(-1, 1e-5) });
        AssertRefused(_empty, "names an entry before it, and there is none", open with { PreviousHash = Hash(1) });
        AssertRefused(_empty, "is out of place", Next(_empty, LedgerEntryKind.Cap) with { Cap = _cap });
        var state = _empty.Apply(open);
        Assert.Equal((1, Hash(1), _start, _cap), (state.Sequence, state.LastHash, state.LastTime, state.Cap));
        Assert.Equal(["birds"], state.Datasets);
    }

    [Fact]
    public void Run_that_is_over_reserves_spends_and_ends_nothing_more()
    {
        AssertRefused(_ended, "reserves for a run that is over", Next(_ended, LedgerEntryKind.Reserve) with { Run = "run", Measurements = [new("c", _noise)] });
        AssertRefused(_ended, "spends what its run does not hold", Next(_ended, LedgerEntryKind.Spend) with { Run = "run", Key = "b", Event = _noise });
        AssertRefused(_ended, "ends a run that is over", Next(_ended, LedgerEntryKind.GiveBack) with { Run = "run", Measurements = [] });
    }

    [Fact]
    public void Reserving_commits_spending_spends_and_ending_frees_the_rest()
    {
        var both = EventTotals.Empty.Add(_noise).Add(_noise).Identity;
        var one = EventTotals.Empty.Add(_noise).Identity;
        Assert.Equal((both, one), (_running.Totals(PrivacyUnit.Image).Committed.Identity, _running.Totals(PrivacyUnit.Image).Spent.Identity));
        Assert.Equal((one, one), (_ended.Totals(PrivacyUnit.Image).Committed.Identity, _ended.Totals(PrivacyUnit.Image).Spent.Identity));
        var run = _ended.FindRun("run")!;
        Assert.True(run.Closed);
        Assert.Equal([(Hash(3), _start), (null, null)], run.Measurements.Select(measurement => (measurement.EntryHash, measurement.SpentAt)));
        Assert.Null(_ended.FindRun("other"));
    }

    private static RunBudget HalfSpent => Closed(_start, Hash(6)) with
    {
        Measurements = [new LedgerMeasurement("a", _noise, _start, Hash(6)), new LedgerMeasurement("b", _noise, null, null)],
    };

    [Fact]
    public void One_run_that_is_not_over_keeps_the_ledger_open()
    {
        var second = Reserved(_ended, "second", "a");
        AssertRefused(second, "closes a ledger on which runs are not over", Next(second, LedgerEntryKind.Close) with { Other = new LedgerReference("cats") });
    }

    [Fact]
    public void Further_reservation_of_a_run_keeps_its_first() =>
        Assert.Equal(["a", "b", "c"], Reserved(_running, "run", "c").FindRun("run")!.Measurements.Select(measurement => measurement.Key));

    [Fact]
    public void Closed_ledger_takes_no_more_entries()
    {
        var closed = _ended.Apply(Next(_ended, LedgerEntryKind.Close) with { Other = new LedgerReference("cats") });
        Assert.Equal("cats", closed.JoinedInto);
        AssertRefused(closed, "stands on a ledger that was closed before", Next(closed, LedgerEntryKind.Cap) with { Cap = _cap });
    }

    [Fact]
    public void Joined_runs_are_charged_and_the_own_run_of_the_same_name_is_the_one_found()
    {
        RunBudget[] runs = [Closed(_start, Hash(6)) with { RunId = "run" }, Closed(_start, Hash(5))];
        var joined = _running.Apply(Join(new LedgerReference("cats", 7, Hash(7)), runs, _running));
        Assert.True(joined.HasJoined("cats"));
        Assert.False(joined.HasJoined("dogs"));
        Assert.Equal(["run", "run", "cat"], joined.Runs.Select(run => run.RunId));
        Assert.False(joined.FindRun("run")!.Closed);
        Assert.True(joined.FindRun("cat")!.Closed);
        Assert.Equal(EventTotals.Empty.Add([_noise, _noise, _noise]).Identity, joined.Totals(PrivacyUnit.Image).Spent.Identity);
        Assert.Equal(EventTotals.Empty.Add([_noise, _noise, _noise, _noise]).Identity, joined.Totals(PrivacyUnit.Image).Committed.Identity);
        AssertRefused(joined, "joins a ledger that is joined already", Join(new LedgerReference("cats", 7, Hash(7)), [], joined));
    }

    [Fact]
    public void Names_are_added_and_taken_away()
    {
        var followed = _opened.Apply(Next(_opened, LedgerEntryKind.Follow) with { Dataset = "finches" });
        Assert.Equal(["birds", "finches"], followed.Datasets);
        var parted = followed.Apply(Next(followed, LedgerEntryKind.Part) with { Dataset = "birds", Other = new LedgerReference("birds.2") });
        Assert.Equal(["finches"], parted.Datasets);
        Assert.Equal([("birds", "birds.2")], parted.Parted);
    }

    [Fact]
    public void Ledger_without_entries_is_no_budget() =>
        Assert.Throws<InvalidOperationException>(() => _empty.ToBudget("birds", new LedgerAccountant()));

    private static LedgerEntry Next(LedgerState state, LedgerEntryKind kind) => new()
    {
        Lineage = state.Lineage,
        Kind = kind,
        Sequence = state.Sequence + 1,
        PreviousHash = state.LastHash,
        Hash = Hash(state.Sequence + 1),
        Time = _start,
    };

    private static LedgerEntry Join(LedgerReference? other, IReadOnlyList<RunBudget>? runs, LedgerState? state = null) =>
        Next(state ?? _opened, LedgerEntryKind.Join) with { Other = other, Runs = runs };

    private static RunBudget Closed(DateTimeOffset? spentAt, string? hash) =>
        new() { RunId = "cat", Closed = true, Measurements = [new LedgerMeasurement("a", _noise, spentAt, hash)] };

    private static LedgerState Reserved(LedgerState state, string run, params string[] keys) => state.Apply(
        Next(state, LedgerEntryKind.Reserve) with { Run = run, Measurements = [.. keys.Select(key => new PlannedMeasurement(key, _noise))] });

    private static LedgerState Spent(LedgerState state, string run, string key) =>
        state.Apply(Next(state, LedgerEntryKind.Spend) with { Run = run, Key = key, Event = _noise });

    private static LedgerState Ended(LedgerState state, string run, string rest) =>
        state.Apply(Next(state, LedgerEntryKind.GiveBack) with { Run = run, Measurements = [new PlannedMeasurement(rest, _noise)] });

    private static string Hash(long sequence) => sequence.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);

    private static void AssertRefused(LedgerState state, string reason, LedgerEntry entry)
    {
        var fault = Assert.Throws<InvalidDataException>(() => state.Apply(entry));
        Assert.StartsWith($"Entry {entry.Sequence} ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }
}
