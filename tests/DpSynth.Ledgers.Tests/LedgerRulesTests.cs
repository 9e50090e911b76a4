using DpSynth.Privacy.Accounting;

namespace DpSynth.Ledgers.Tests;

public sealed class LedgerRulesTests
{
    private static readonly LedgerCap _cap = new(10, 1e-5);
    private static readonly PrivacyEvent _noise = new GaussianEvent { NoiseMultiplier = 4 };
    private static readonly LedgerAccountant _accountant = new();
    private static readonly LedgerState _empty = new() { Lineage = "birds" };
    private static readonly LedgerState _opened = Write(_empty, LedgerRules.Open(_empty, "birds", _cap));
    private static readonly LedgerState _running = Write(
        _opened, LedgerRules.Reserve(_opened, "birds", "run", ProtectedUnit.Image, [new PlannedMeasurement("a", _noise), new PlannedMeasurement("b", _noise)]));

    [Fact]
    public void What_is_recorded_already_is_not_written_again()
    {
        Assert.Null(LedgerRules.Open(_opened, "birds", _cap));
        Assert.Null(LedgerRules.SetCap(_opened, _cap));
        Assert.Null(LedgerRules.Follow(_opened, "birds"));
        Assert.Null(LedgerRules.Part(_opened, "cats", "cats.2", "why"));
        Assert.Null(LedgerRules.Reserve(_running, "birds", "run", ProtectedUnit.Image, [new PlannedMeasurement("b", _noise)]));
        Assert.Null(LedgerRules.Reserve(_running, "birds", "run", ProtectedUnit.Image, []));
        Assert.Null(LedgerRules.GiveBack(_empty, "run"));
        var ended = Write(_running, LedgerRules.GiveBack(_running, "run"));
        Assert.Null(LedgerRules.GiveBack(ended, "run"));
        var closed = Write(ended, LedgerRules.Close(ended, "cats", null));
        Assert.Null(LedgerRules.Close(closed, "cats", null));
    }

    [Fact]
    public void Each_act_has_its_entry()
    {
        var open = LedgerRules.Open(_empty, "birds", _cap, new LedgerReference("old"), "why")!;
        Assert.Equal((LedgerEntryKind.Open, "birds", _cap, "old", "why"), (open.Kind, open.Dataset, open.Cap, open.Other!.Lineage, open.Reason));
        var cap = LedgerRules.SetCap(_opened, new LedgerCap(1, 1e-5), "me", "why")!;
        Assert.Equal((LedgerEntryKind.Cap, 1, "me", "why"), (cap.Kind, cap.Cap!.Epsilon, cap.By, cap.Reason));
        Assert.Equal(LedgerEntryKind.Follow, LedgerRules.Follow(_opened, "finches")!.Kind);
        var part = LedgerRules.Part(_opened, "birds", "birds.2", "why")!;
        Assert.Equal((LedgerEntryKind.Part, "birds", "birds.2", "why"), (part.Kind, part.Dataset, part.Other!.Lineage, part.Reason));
        var reserve = LedgerRules.Reserve(
            _running, "birds", "run", ProtectedUnit.Image, [new PlannedMeasurement("b", _noise), new PlannedMeasurement("c", _noise)])!;
        Assert.Equal((LedgerEntryKind.Reserve, "birds", "run"), (reserve.Kind, reserve.Dataset, reserve.Run));
        Assert.Equal(["c"], reserve.Measurements!.Select(measurement => measurement.Key));
        var measurement = LedgerRules.GiveBack(_running, "run")!;
        Assert.Equal(["a", "b"], measurement.Measurements!.Select(given => given.Key));
        Assert.Equal((LedgerEntryKind.GiveBack, 0), (LedgerRules.GiveBack(_opened, "late")!.Kind, LedgerRules.GiveBack(_opened, "late")!.Measurements!.Count));
    }

    [Fact]
    public void Release_is_spent_once_and_only_as_it_was_reserved()
    {
        var (entry, spentBy) = LedgerRules.Spend(_running, "run", "a");
        Assert.Equal((LedgerEntryKind.Spend, "run", "a", _noise, null), (entry!.Kind, entry.Run, entry.Key, entry.Event, spentBy));
        var spent = Write(_running, entry);
        Assert.Equal((null, spent.LastHash), LedgerRules.Spend(spent, "run", "a"));
        Assert.Contains("holds nothing in reserve", Refusal(() => LedgerRules.Spend(_running, "other", "a")), StringComparison.Ordinal);
        Assert.Contains("has not reserved 'c'", Refusal(() => LedgerRules.Spend(_running, "run", "c")), StringComparison.Ordinal);
        var ended = Write(spent, LedgerRules.GiveBack(spent, "run"));
        Assert.Equal((null, spent.LastHash), LedgerRules.Spend(ended, "run", "a"));
        Assert.Contains("has given 'b' back", Refusal(() => LedgerRules.Spend(ended, "run", "b")), StringComparison.Ordinal);
    }

    [Fact]
    public void Reservations_that_contradict_are_refused()
    {
        var other = new GaussianEvent { NoiseMultiplier = 5 };
        Assert.Contains(
            "with other noise", Refusal(() => LedgerRules.Reserve(_running, "birds", "run", ProtectedUnit.Image, [new("a", other)])), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LedgerRules.Reserve(_running, "birds", "run", ProtectedUnit.Image, [new("", _noise)]));
        Assert.Throws<ArgumentException>(() => LedgerRules.Reserve(_running, "birds", "run", ProtectedUnit.Image, [new("c", _noise), new("c", _noise)]));
        var ended = Write(_running, LedgerRules.GiveBack(_running, "run"));
        Assert.Contains(
            "is over", Refusal(() => LedgerRules.Reserve(ended, "birds", "run", ProtectedUnit.Image, [new("c", _noise)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Ledger_is_closed_when_its_runs_are_over_and_joined_once_with_what_they_spent()
    {
        Assert.Contains("'run' is not over", Refusal(() => LedgerRules.Close(_running, "cats", null)), StringComparison.Ordinal);
        var spent = Write(_running, LedgerRules.Spend(_running, "run", "b").Entry);
        var ended = Write(spent, LedgerRules.GiveBack(spent, "run"));
        var close = LedgerRules.Close(ended, "cats", "why")!;
        Assert.Equal((LedgerEntryKind.Close, "cats", "why"), (close.Kind, close.Other!.Lineage, close.Reason));
        var closed = Write(ended, close);
        Assert.Contains("joined into 'cats' already", Refusal(() => LedgerRules.Close(closed, "dogs", null)), StringComparison.Ordinal);

        var cats = new LedgerState { Lineage = "cats" };
        cats = Write(cats, LedgerRules.Open(cats, "cats", _cap));
        var join = LedgerRules.Join(cats, closed, "why")!;
        Assert.Equal((LedgerEntryKind.Join, new LedgerReference("birds", closed.Sequence, closed.LastHash), "why"), (join.Kind, join.Other, join.Reason));
        Assert.Equal(["b"], Assert.Single(join.Runs!).Measurements.Select(measurement => measurement.Key));
        Assert.Null(LedgerRules.Join(Write(cats, join), closed, "why"));
    }

    [Fact]
    public void Report_adds_each_runs_own_cost_and_admits_what_is_left()
    {
        var third = Write(_running, LedgerRules.Reserve(_running, "birds", "run", ProtectedUnit.Image, [new PlannedMeasurement("c", _noise)]));
        var spent = Write(third, LedgerRules.Spend(third, "run", "a").Entry);
        var budget = spent.ToBudget("finches", _accountant);
        var report = BudgetReport.Of(budget);

        var alone = PrivacyAccountant.Epsilon([_noise], 1e-5).Epsilon;
        Assert.Equal(("finches", "birds", 10, 1e-5), (report.Dataset, report.Lineage, report.TotalEpsilon, report.Delta));
        Assert.Equal((alone, PrivacyAccountant.Epsilon([_noise, _noise, _noise], 1e-5).Epsilon), (report.SpentEpsilon, report.CommittedEpsilon));
        Assert.Equal(new RunShare("run", alone, 1, false), Assert.Single(report.Runs));
        Assert.Equal(budget.RemainingEpsilon, report.RemainingEpsilon);
        Assert.True(report.Admits(report.RemainingEpsilon, 1e-5));
        Assert.False(report.Admits(report.RemainingEpsilon * 1.001, 1e-5));
        Assert.False(report.Admits(report.RemainingEpsilon, 1e-3));
    }

    private static LedgerState Write(LedgerState state, LedgerEntry? draft) =>
        LedgerChain.Append(state, draft!, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), _accountant).After;

    private static string Refusal(Func<object?> act) => Assert.Throws<InvalidOperationException>(act).Message;
}
