using DpSynth.Privacy.Accounting;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Ledgers.Tests;

public sealed class PrivacyLedgerTests : IDisposable
{
    private const string Dataset = "birds";
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly InMemoryLedgerStorage _storage = new();
    private readonly SettableClock _clock = new();
    private readonly PrivacyLedger _ledger;

    public PrivacyLedgerTests() => _ledger = NewLedger();

    public void Dispose() => _ledger.Dispose();

    [Fact]
    public async Task Unknown_dataset_has_no_budget_and_reading_it_writes_nothing()
    {
        var budget = await _ledger.ReadAsync(Dataset, None);
        Assert.Equal((null, 0, 0, 0), (budget.Policy, budget.CapEpsilon, budget.RemainingEpsilon, budget.SpentEpsilon));
        Assert.Empty(_storage.Chains);
    }

    [Fact]
    public async Task Policy_opens_the_ledger_and_is_recorded_once()
    {
        await _ledger.ApproveAsync(Dataset, Policies.Of("owls"));
        using var later = new PrivacyLedger(_storage, _clock);
        await later.ApproveAsync(Dataset, Policies.Of("owls"));
        Assert.Equal((1, "for a test"), (_storage.Heads[Dataset].Sequence, (await later.ReadAsync(Dataset, None)).Policy!.Reason));
        await later.ApproveAsync(Dataset, Policies.Of("owls", "tits"));
        Assert.Equal(2, _storage.Heads[Dataset].Sequence);
    }

    [Fact]
    public async Task Policy_that_cannot_stand_is_refused_and_opens_nothing()
    {
        await Assert.ThrowsAsync<ArgumentException>(
            () => _ledger.ApproveAsync(Dataset, Policies.Of() with { PublicSize = 1000, LargestRun = new LedgerCap(1, 1e-3) }));
        Assert.Empty(_storage.Chains);
    }

    [Theory]
    [InlineData(10, 1e-5)]
    [InlineData(1, 1e-9)]
    [InlineData(0.01, 1e-3)]
    public async Task Run_of_the_whole_cap_is_admitted_and_nothing_beside_it(double epsilon, double delta)
    {
        await _ledger.SetCapAsync(Dataset, epsilon, delta, None);
        var events = NoiseCalibration.Calibrate(epsilon, delta, [1, 2, 3, 1, 1, 1, 7]);
        PlannedMeasurement[] planned = [.. events.Select((measurement, i) => new PlannedMeasurement($"iteration-{i + 1:D3}", measurement))];
        Assert.True((await _ledger.ReserveAsync(Dataset, "first", planned, None)).Granted);
        foreach (var measurement in planned)
        {
            await _ledger.SpendAsync(Dataset, "first", measurement.Key, None);
        }

        await _ledger.CloseAsync(Dataset, "first", None);
        var refusal = await _ledger.ReserveAsync(Dataset, "second", Measurements(1000 / epsilon), None);
        Assert.False(refusal.Granted);
        Assert.InRange(refusal.Budget.RemainingEpsilon, 0, epsilon * 1e-2);
        Assert.InRange(refusal.Budget.SpentEpsilon, epsilon * (1 - 1e-6), epsilon * (1 + 1e-12));
        Assert.Single(refusal.Budget.Runs);
    }

    [Fact]
    public async Task Refusal_says_what_is_left_and_that_much_is_granted()
    {
        await ReserveAsync("a", NoiseMultiplier(6));
        var refusal = await ReserveAsync("b", NoiseMultiplier(9));
        Assert.False(refusal.Granted);
        Assert.InRange(refusal.Budget.RemainingEpsilon, 5, 10);
        Assert.True((await ReserveAsync("b", NoiseMultiplier(refusal.Budget.RemainingEpsilon * 0.9999))).Granted);
        Assert.InRange((await _ledger.ReadAsync(Dataset, None)).RemainingEpsilon, 0, 0.2);
    }

    [Fact]
    public async Task Everything_twice_changes_nothing()
    {
        string? spent = null;
        for (var time = 0; time < 2; time++)
        {
            Assert.True((await ReserveAsync("run", 20, 20, 30)).Granted);
            var again = await _ledger.SpendAsync(Dataset, "run", "measurement-1", None);
            Assert.Equal(spent ??= again, again);
            await _ledger.SpendAsync(Dataset, "run", "measurement-2", None);
        }

        for (var time = 0; time < 2; time++)
        {
            await _ledger.CloseAsync(Dataset, "run", None);
            Assert.Equal(spent, await _ledger.SpendAsync(Dataset, "run", "measurement-1", None));
            Assert.True((await ReserveAsync("run", 20, 20, 30)).Granted);
        }

        var run = Assert.Single((await _ledger.ReadAsync(Dataset, None)).Runs);
        Assert.True(run.Closed);
        Assert.Equal([true, true, false], run.Measurements.Select(measurement => measurement.SpentAt is not null));
        Assert.Equal(5, _storage.Heads[Dataset].Sequence);
    }

    [Fact]
    public async Task Closing_frees_what_was_not_spent_and_keeps_what_was()
    {
        var half = NoiseMultiplier(10) * Math.Sqrt(2);
        await ReserveAsync("a", half, half);
        await _ledger.SpendAsync(Dataset, "a", "measurement-1", None);
        Assert.False((await ReserveAsync("b", half)).Granted);
        await _ledger.CloseAsync(Dataset, "a", None);
        Assert.True((await ReserveAsync("b", half)).Granted);
        Assert.False((await ReserveAsync("c", half)).Granted);
    }

    [Fact]
    public async Task Further_keys_of_a_run_are_added_where_the_cap_admits_them()
    {
        await ReserveAsync("run", 20);
        Assert.True((await ReserveAsync("run", 20, 20)).Granted);
        Assert.False((await ReserveAsync("run", 20, 20, 0.1)).Granted);
        Assert.Equal(2, Assert.Single((await _ledger.ReadAsync(Dataset, None)).Runs).Measurements.Count);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReserveAsync("run", 21));
    }

    [Fact]
    public async Task Release_that_was_not_reserved_or_was_given_back_is_refused()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(Dataset, "run", "measurement-1", None));
        await _ledger.CloseAsync(Dataset, "run", None);
        Assert.Empty(_storage.Chains);
        await ReserveAsync("run", 20);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(Dataset, "run", "measurement-2", None));
        await _ledger.CloseAsync(Dataset, "run", None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(Dataset, "run", "measurement-1", None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReserveAsync("run", 20, 20));
        Assert.Equal(0, (await _ledger.ReadAsync(Dataset, None)).SpentEpsilon);
    }

    [Fact]
    public async Task Cap_below_what_is_spent_admits_nobody()
    {
        await ReserveAsync("a", NoiseMultiplier(5));
        await _ledger.SetCapAsync(Dataset, 1, 1e-5, None);
        var refusal = await ReserveAsync("b", 1e6);
        Assert.Equal((false, 0), (refusal.Granted, refusal.Budget.RemainingEpsilon));
    }

    [Theory]
    [InlineData(0, 1e-5)]
    [InlineData(double.NaN, 1e-5)]
    [InlineData(double.PositiveInfinity, 1e-5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public async Task Cap_out_of_range_is_refused_and_nothing_written(double epsilon, double delta)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _ledger.SetCapAsync(Dataset, new LedgerCap(epsilon, delta), null, null, None));
        Assert.Empty(_storage.Chains);
    }

    [Fact]
    public async Task Clock_a_little_behind_gets_the_last_time_and_one_far_behind_writes_nothing()
    {
        await ReserveAsync("run", 20, 20);
        _clock.Now -= TimeSpan.FromMinutes(4);
        await _ledger.SpendAsync(Dataset, "run", "measurement-1", None);
        var spent = (await _ledger.ReadAsync(Dataset, None)).Runs[0].Measurements[0];
        Assert.Equal(_clock.Now + TimeSpan.FromMinutes(4), spent.SpentAt);

        _clock.Now -= TimeSpan.FromMinutes(2);
        var before = _storage.Chains[Dataset];
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(Dataset, "run", "measurement-2", None));
        Assert.Contains("clock", fault.Message, StringComparison.Ordinal);
        Assert.Same(before, _storage.Chains[Dataset]);
    }

    [Fact]
    public async Task Lost_answers_and_crashes_write_nothing_twice()
    {
        _storage.LosesAnswer = _ => true;
        Assert.True((await ReserveAsync("run", 20, 20)).Granted);
        var hash = await _ledger.SpendAsync(Dataset, "run", "measurement-1", None);
        await _ledger.SetCapAsync(Dataset, 9, 1e-5, None);
        _storage.LosesAnswer = _ => throw new IOException("The connection broke.");
        await Assert.ThrowsAsync<IOException>(() => _ledger.CloseAsync(Dataset, "run", None));

        _storage.LosesAnswer = _ => false;
        using var restarted = NewLedger();
        await restarted.CloseAsync(Dataset, "run", None);
        Assert.Equal(hash, await restarted.SpendAsync(Dataset, "run", "measurement-1", None));
        Assert.Equal(
            [LedgerEntryKind.Open, LedgerEntryKind.Reserve, LedgerEntryKind.Spend, LedgerEntryKind.Cap, LedgerEntryKind.GiveBack],
            Entries(Dataset).Select(entry => entry.Kind));
        Assert.Equal(5, _storage.Heads[Dataset].Sequence);
    }

    [Fact]
    public async Task Ledger_that_was_cut_off_or_is_of_another_version_admits_nothing()
    {
        await ReserveAsync("run", 20);
        await _ledger.SpendAsync(Dataset, "run", "measurement-1", None);
        var whole = _storage.Chains[Dataset];
        _storage.Chains[Dataset] = whole[..(whole.AsSpan(..^1).LastIndexOf(LedgerLine.End) + 1)];
        using (var restarted = NewLedger())
        {
            var fault = await Assert.ThrowsAsync<InvalidDataException>(() => restarted.ReserveAsync(Dataset, "next", Measurements(100), None));
            Assert.Contains("it had 3 entries and has 2", fault.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => ReserveAsync("next", 100));

        _storage.Chains[Dataset] = [.. whole, .. "{\"schemaVersion\":2,\"sequence\":4}\n"u8];
        using var old = NewLedger();
        var unknown = await Assert.ThrowsAsync<InvalidDataException>(() => old.ReserveAsync(Dataset, "next", Measurements(100), None));
        Assert.Contains("schema version 2", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixteen_writers_at_once_lose_no_entry_and_overdraw_nothing()
    {
        var share = NoiseMultiplier(10) * Math.Sqrt(10.5);
        var ledgers = Enumerable.Range(0, 4).Select(_ => NewLedger()).ToList();
        var granted = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            (await ledgers[i % 4].ReserveAsync(Dataset, $"run-{i}", Measurements(share), None)).Granted)));
        Assert.Equal(10, granted.Count(won => won));
        Assert.Equal(10, (await _ledger.ReadAsync(Dataset, None)).Runs.Count);
        ledgers.ForEach(ledger => ledger.Dispose());
    }

    private static double NoiseMultiplier(double epsilon) => 1 / Privacy.GaussianAccountant.Mu(epsilon, 1e-5);

    private static PlannedMeasurement[] Measurements(params double[] noiseMultipliers) =>
        [.. noiseMultipliers.Select((sigma, i) => new PlannedMeasurement($"measurement-{i + 1}", new GaussianEvent { NoiseMultiplier = sigma }))];

    private PrivacyLedger NewLedger() => new(_storage, _clock);

    private Task<LedgerReservation> ReserveAsync(string run, params double[] noiseMultipliers) =>
        _ledger.ReserveAsync(Dataset, run, Measurements(noiseMultipliers), None);

    private IEnumerable<LedgerEntry> Entries(string lineage) => System.Text.Encoding.UTF8.GetString(_storage.Chains[lineage])
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => LedgerLine.Read(System.Text.Encoding.UTF8.GetBytes(line), out _)!);
}
