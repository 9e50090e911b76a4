using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Testing.Contracts;

/// <summary>What every ledger keeps to, whatever it lies on.</summary>
public abstract class PrivacyLedgerContract
{
    private readonly string _dataset = UniqueName.Of("set");
    private readonly ulong _images = (ulong)Guid.NewGuid().GetHashCode() << 32;

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The cap that datasets begin with.</summary>
    protected static LedgerCap Cap { get; } = new(10, 1e-5);

    /// <summary>The ledger that is held to it.</summary>
    protected abstract IPrivacyLedger Ledger { get; }

    [Fact]
    public async Task Dataset_without_a_policy_has_no_budget_and_admits_nothing()
    {
        var budget = await Ledger.ReadAsync(_dataset, None);
        Assert.Equal((_dataset, null, 0), (budget.Dataset, budget.Policy, budget.CapEpsilon));
        Assert.Equal((0, 0, 0), (budget.SpentEpsilon, budget.CommittedEpsilon, budget.RemainingEpsilon));
        Assert.Empty(budget.Runs);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Ledger.ReserveAsync(_dataset, "run", ProtectedUnit.Image, Measurements(20), None));
        Assert.Contains("has no policy", await Ledger.FollowLineageAsync(_dataset, Images(1), None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_stands_with_who_approved_it_until_another_is_approved()
    {
        await Ledger.ApproveAsync(_dataset, Policies.Of("cats", "dogs") with { PublicSize = 100, LargestRun = new LedgerCap(2, 1e-6) }, epsilon: 4);
        var first = await Ledger.ReadAsync(_dataset, None);
        Assert.Equal((4, 100), (first.CapEpsilon, first.Policy!.Policy.PublicSize));
        Assert.Equal("for a test", first.Policy.Reason);
        await Ledger.ApproveAsync(_dataset, Policies.Of("cats") with { Owners = new CsvOwners("owners.csv") }, epsilon: 3);
        var second = await Ledger.ReadAsync(_dataset, None);
        Assert.Equal((3, null, "owners.csv"), (second.CapEpsilon, second.Policy!.Policy.PublicSize, ((CsvOwners)second.Policy.Policy.Owners!).File));
        Assert.NotEqual(first.Policy.EntryHash, second.Policy.EntryHash);
    }

    [Fact]
    public async Task Costs_of_images_and_of_owners_are_never_added()
    {
        await Ledger.OpenAsync(_dataset, None);
        Assert.True((await Ledger.ReserveAsync(_dataset, "a", ProtectedUnit.Image, Measurements(NoiseMultiplier(6)), None)).Granted);
        var owners = new ProtectedUnit(PrivacyUnit.Owner, "a table");
        Assert.True((await Ledger.ReserveAsync(_dataset, "b", owners, Measurements(NoiseMultiplier(9)), None)).Granted);
        Assert.False((await Ledger.ReserveAsync(_dataset, "c", owners, Measurements(NoiseMultiplier(9)), None)).Granted);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ledger.ReserveAsync(_dataset, "a", owners, Measurements(20, 30), None));
        var budget = await Ledger.ReadAsync(_dataset, None);
        Assert.InRange(budget.CommittedEpsilon, 5.9, 6.01);
        Assert.InRange(budget.OtherUnitCommittedEpsilon, 8.9, 9.01);
        Assert.Equal([(PrivacyUnit.Image, null), (PrivacyUnit.Owner, "a table")], budget.Runs.Select(run => (run.Unit, run.OwnersFrom)));
        await Ledger.ApproveAsync(_dataset, Policies.Of() with { Owners = new CsvOwners("owners.csv") });
        Assert.InRange((await Ledger.ReadAsync(_dataset, None)).CommittedEpsilon, 8.9, 9.01);
    }

    [Fact]
    public async Task Opening_changes_nothing_where_there_is_a_ledger()
    {
        await Ledger.OpenAsync(_dataset, None);
        Assert.Equal(Cap.Epsilon, (await Ledger.ReadAsync(_dataset, None)).CapEpsilon);
        await Ledger.SetCapAsync(_dataset, 3, 1e-6, None);
        Assert.True((await ReserveAsync("run", 20)).Granted);
        await Ledger.OpenAsync(_dataset, None);
        var budget = await Ledger.ReadAsync(_dataset, None);
        Assert.Equal((3, 1e-6, 1), (budget.CapEpsilon, budget.CapDelta, budget.Runs.Count));
    }

    [Fact]
    public async Task Cap_below_what_is_spent_admits_no_further_run()
    {
        await ReserveAsync("a", NoiseMultiplier(5));
        await Ledger.SpendAsync(_dataset, "a", "release-1", None);
        Assert.Equal(1, (await Ledger.SetCapAsync(_dataset, 1, 1e-5, None)).CapEpsilon);
        var refusal = await ReserveAsync("b", 1e6);
        Assert.Equal((false, 0), (refusal.Granted, refusal.Budget.RemainingEpsilon));
        Assert.Equal("a", Assert.Single((await Ledger.ReadAsync(_dataset, None)).Runs).RunId);
    }

    [Theory]
    [InlineData(0, 1e-5)]
    [InlineData(-1, 1e-5)]
    [InlineData(double.NaN, 1e-5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public async Task Cap_out_of_range_is_refused_and_the_cap_stays(double epsilon, double delta)
    {
        await Ledger.OpenAsync(_dataset, None);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Ledger.SetCapAsync(_dataset, epsilon, delta, None));
        Assert.Equal(Cap.Epsilon, (await Ledger.ReadAsync(_dataset, None)).CapEpsilon);
    }

    [Fact]
    public async Task Images_seen_before_share_their_ledger_under_every_name_and_bring_their_neighbours_with_them()
    {
        await ReserveAsync("run", 20);
        Assert.Null(await FollowAsync(_dataset, 1, 2));
        Assert.Null(await FollowAsync($"{_dataset}-b", 2, 3));
        Assert.Null(await FollowAsync($"{_dataset}-b", 2, 3));
        Assert.Null(await FollowAsync($"{_dataset}-c", 3));
        Assert.Null(await FollowAsync($"{_dataset}-d", 4));

        foreach (var name in (string[])[$"{_dataset}-b", $"{_dataset}-c"])
        {
            var budget = await Ledger.ReadAsync(name, None);
            Assert.NotNull(budget.Policy);
            Assert.Equal((_dataset, "run"), (budget.Lineage, Assert.Single(budget.Runs).RunId));
        }

        Assert.Empty((await Ledger.ReadAsync($"{_dataset}-d", None)).Runs);
    }

    [Fact]
    public async Task Dataset_whose_images_belong_to_several_ledgers_may_not_be_used()
    {
        await ReserveAsync("run", 20);
        await Ledger.ReserveAsync($"{_dataset}-b", "other", Measurements(20), None);
        Assert.Null(await FollowAsync(_dataset, 1));
        Assert.Null(await FollowAsync($"{_dataset}-b", 2));

        await Ledger.OpenAsync($"{_dataset}-c", None);
        var sentence = await Ledger.FollowLineageAsync($"{_dataset}-c", Images(1, 2), None);

        Assert.Contains("lineages", sentence, StringComparison.Ordinal);
        Assert.Empty((await Ledger.ReadAsync($"{_dataset}-c", None)).Runs);
    }

    [Fact]
    public async Task Reservation_beyond_the_cap_is_refused_and_reserves_nothing()
    {
        Assert.True((await ReserveAsync("a", NoiseMultiplier(6))).Granted);
        var refusal = await ReserveAsync("b", NoiseMultiplier(9));
        Assert.False(refusal.Granted);
        Assert.InRange(refusal.Budget.RemainingEpsilon, 5, 10);
        Assert.Equal("a", Assert.Single((await Ledger.ReadAsync(_dataset, None)).Runs).RunId);
    }

    [Fact]
    public async Task Second_reservation_answers_as_the_first_and_adds_further_keys()
    {
        Assert.True((await ReserveAsync("run", 20)).Granted);
        Assert.True((await ReserveAsync("run", 20)).Granted);
        Assert.True((await ReserveAsync("run", 20, 30)).Granted);
        Assert.False((await ReserveAsync("run", 20, 30, 0.1)).Granted);
        var run = Assert.Single((await Ledger.ReadAsync(_dataset, None)).Runs);
        Assert.Equal(Measurements(20, 30), run.Measurements.Select(measurement => new PlannedMeasurement(measurement.Key, measurement.Event)));
        Assert.All(run.Measurements, measurement => Assert.Equal((null, null), (measurement.SpentAt, measurement.EntryHash)));
    }

    [Fact]
    public async Task Key_reserved_with_another_event_is_an_error()
    {
        await ReserveAsync("run", 20);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReserveAsync("run", 21));
        Assert.Equal(Measurements(20)[0].Event, Assert.Single((await Ledger.ReadAsync(_dataset, None)).Runs).Measurements[0].Event);
    }

    [Fact]
    public async Task Spend_is_recorded_once_and_its_entry_is_the_witness()
    {
        await ReserveAsync("run", 20, 30);
        var witness = await Ledger.SpendAsync(_dataset, "run", "release-1", None);
        Assert.Matches("^[0-9a-f]{64}$", witness);
        Assert.Equal(witness, await Ledger.SpendAsync(_dataset, "run", "release-1", None));
        Assert.NotEqual(witness, await Ledger.SpendAsync(_dataset, "run", "release-2", None));
        await Ledger.CloseAsync(_dataset, "run", None);
        Assert.Equal(witness, await Ledger.SpendAsync(_dataset, "run", "release-1", None));

        var budget = await Ledger.ReadAsync(_dataset, None);
        Assert.Equal(witness, budget.Runs[0].Measurements[0].EntryHash);
        Assert.NotNull(budget.Runs[0].Measurements[0].SpentAt);
        Assert.Equal(budget.SpentEpsilon, budget.CommittedEpsilon);
    }

    [Fact]
    public async Task Release_that_is_not_reserved_or_was_given_back_is_not_spent()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ledger.SpendAsync(_dataset, "run", "release-1", None));
        await ReserveAsync("run", 20);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ledger.SpendAsync(_dataset, "run", "release-2", None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ledger.SpendAsync(_dataset, "other", "release-1", None));
        await Ledger.CloseAsync(_dataset, "run", None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ledger.SpendAsync(_dataset, "run", "release-1", None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReserveAsync("run", 20, 20));
        Assert.Equal(0, (await Ledger.ReadAsync(_dataset, None)).SpentEpsilon);
    }

    [Fact]
    public async Task Closing_gives_back_what_was_not_spent_and_keeps_what_was_however_often()
    {
        var half = NoiseMultiplier(10) * Math.Sqrt(2);
        await ReserveAsync("a", half, half);
        await Ledger.SpendAsync(_dataset, "a", "release-1", None);
        Assert.False((await ReserveAsync("b", half)).Granted);
        await Ledger.CloseAsync(_dataset, "a", None);
        await Ledger.CloseAsync(_dataset, "a", None);

        Assert.True((await ReserveAsync("b", half)).Granted);
        Assert.False((await ReserveAsync("c", half)).Granted);
        var runs = (await Ledger.ReadAsync(_dataset, None)).Runs;
        Assert.Equal([("a", true), ("b", false)], runs.Select(run => (run.RunId, run.Closed)));
        Assert.Equal([true, false], runs[0].Measurements.Select(measurement => measurement.SpentAt is not null));
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_record_nothing()
    {
        await ReserveAsync("run", 20, 20);
        await Stopped.CallsAsync(
            stop => Ledger.ReadAsync(_dataset, stop),
            stop => Ledger.FollowLineageAsync(_dataset, Images(1), stop),
            stop => Ledger.ReserveAsync(_dataset, "other", ProtectedUnit.Image, Measurements(20), stop),
            stop => Ledger.SpendAsync(_dataset, "run", "release-1", stop),
            stop => Ledger.CloseAsync(_dataset, "run", stop));
        var budget = await Ledger.ReadAsync(_dataset, None);
        Assert.Equal((10, 0, false), (budget.CapEpsilon, budget.SpentEpsilon, Assert.Single(budget.Runs).Closed));
    }

    private static double NoiseMultiplier(double epsilon) => 1 / GaussianAccountant.Mu(epsilon, 1e-5);

    private static PlannedMeasurement[] Measurements(params double[] noiseMultipliers) =>
        [.. noiseMultipliers.Select((multiplier, i) => new PlannedMeasurement($"release-{i + 1}", new GaussianEvent { NoiseMultiplier = multiplier }))];

    private HashSet<ImageFingerprint> Images(params int[] numbers) => [.. numbers.Select(number => new ImageFingerprint(new UInt128(_images, (ulong)number)))];

    private async Task<string?> FollowAsync(string dataset, params int[] images)
    {
        await Ledger.OpenAsync(dataset, None);
        return await Ledger.FollowLineageAsync(dataset, Images(images), None);
    }

    private Task<LedgerReservation> ReserveAsync(string run, params double[] noiseMultipliers) =>
        Ledger.ReserveAsync(_dataset, run, Measurements(noiseMultipliers), None);
}
