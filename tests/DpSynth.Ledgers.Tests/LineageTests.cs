using DpSynth.Privacy.Accounting;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Ledgers.Tests;

public sealed class LineageTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly InMemoryLedgerStorage _storage = new();
    private readonly PrivacyLedger _ledger;

    public LineageTests() => _ledger = NewLedger();

    public void Dispose() => _ledger.Dispose();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(9, 30)]
    public async Task Dataset_that_shares_images_shares_the_ledger(int first, int end)
    {
        await FollowAsync("birds", 0, 10);
        await SpendAsync("birds", "run");
        Assert.Null(await FollowAsync("fowl", first, end));
        var budget = await _ledger.ReadAsync("fowl", None);
        Assert.Equal(("birds", 1), (budget.Lineage, budget.Runs.Count));

        // What came with the second dataset belongs to the lineage too.
        Assert.Null(await FollowAsync("third", end - 1, end));
        Assert.Equal("birds", (await _ledger.ReadAsync("third", None)).Lineage);
        await AssertWholeAsync("birds");
    }

    [Fact]
    public async Task Dataset_of_other_images_has_a_ledger_of_its_own()
    {
        await FollowAsync("birds", 0, 10);
        Assert.Null(await FollowAsync("cats", 10, 20));
        Assert.Equal("cats", (await _ledger.ReadAsync("cats", None)).Lineage);
    }

    [Fact]
    public async Task Changed_images_stay_with_the_name_and_a_second_call_changes_nothing()
    {
        await FollowAsync("birds", 0, 10);
        Assert.Null(await FollowAsync("birds", 50, 60));
        var entries = _storage.Heads["birds"].Sequence;
        Assert.Null(await FollowAsync("birds", 50, 60));
        Assert.Null(await FollowAsync("birds", 0, 10));
        Assert.Equal(entries, _storage.Heads["birds"].Sequence);
        Assert.Null(await FollowAsync("back", 0, 1));
        Assert.Equal("birds", (await _ledger.ReadAsync("back", None)).Lineage);
    }

    [Fact]
    public async Task Images_of_several_lineages_are_refused_until_they_are_joined()
    {
        await FollowAsync("birds", 0, 10);
        await FollowAsync("cats", 10, 20);
        await SpendAsync("birds", "run-1");
        await SpendAsync("cats", "run-2");
        var refusal = await FollowAsync("all", 0, 20);
        Assert.Contains("'birds' and 'cats'", refusal, StringComparison.Ordinal);
        Assert.Contains("join the ledger of 'all' into 'birds'", refusal, StringComparison.Ordinal);
        Assert.Contains("join the ledger of 'birds' into 'cats'", await FollowAsync("birds", 0, 20), StringComparison.Ordinal);

        var joined = await _ledger.JoinAsync("birds", "cats", "The same animals.", None);
        Assert.Equal(("cats", 2), (joined.Lineage, joined.Runs.Count));
        Assert.Null(await FollowAsync("all", 0, 20));
        Assert.Equal(joined.SpentEpsilon, (await _ledger.ReadAsync("all", None)).SpentEpsilon);
        Assert.Equal("cats", (await _ledger.ReadAsync("birds", None)).Lineage);
        await SpendAsync("birds", "run-3");
        await AssertWholeAsync("birds");
        await AssertWholeAsync("cats");
    }

    [Fact]
    public async Task Run_that_ended_before_it_reserved_anything_can_reserve_nothing_afterwards()
    {
        await FollowAsync("birds", 0, 10);
        await _ledger.CloseAsync("birds", "cancelled", None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.ReserveAsync("birds", "cancelled", Measurements(1), None));
        Assert.Equal(0, (await _ledger.ReadAsync("birds", None)).CommittedEpsilon);
    }

    [Fact]
    public async Task Ledgers_are_joined_with_all_they_spent_and_only_when_their_runs_are_over()
    {
        await FollowAsync("birds", 0, 10);
        await FollowAsync("cats", 10, 20);
        await SpendAsync("cats", "run-2");
        await _ledger.ReserveAsync("birds", "run-1", Measurements(2), None);
        var hash = await _ledger.SpendAsync("birds", "run-1", "iteration-001", None);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.JoinAsync("birds", "cats", null, None));
        Assert.Contains("'run-1' is not over", refusal.Message, StringComparison.Ordinal);
        await _ledger.CloseAsync("birds", "run-1", None);

        var joined = await _ledger.JoinAsync("birds", "cats", null, None);
        Assert.Equal(Epsilon(2), joined.SpentEpsilon, 1e-9);
        Assert.Equal(hash, await _ledger.SpendAsync("birds", "run-1", "iteration-001", None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.JoinAsync("birds", "cats", null, None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.JoinAsync("birds", "dogs", null, None));
        Assert.Equal(2, (await _ledger.ReadAsync("birds", None)).Runs.Count);
    }

    [Fact]
    public async Task Name_opened_by_an_upload_follows_its_images_once_they_are_seen()
    {
        await FollowAsync("birds", 0, 10);
        await SpendAsync("birds", "run");
        await _ledger.OpenAsync("renamed", None);
        Assert.Equal("renamed", (await _ledger.ReadAsync("renamed", None)).Lineage);
        Assert.Null(await FollowAsync("renamed", 0, 10));
        Assert.Equal("birds", (await _ledger.ReadAsync("renamed", None)).Lineage);

        await _ledger.OpenAsync("used", None);
        await SpendAsync("used", "run-2");
        Assert.Contains("join the ledger of 'used' into 'birds'", await FollowAsync("used", 0, 10), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_ledger_is_recorded_on_both_and_its_images_do_not_lead_back()
    {
        await FollowAsync("birds", 0, 10);
        await SpendAsync("birds", "run-1");
        await _ledger.SetCapAsync("birds", 5, 1e-6, None);
        await _ledger.ReserveAsync("birds", "running", Measurements(2), None);
        var begun = await _ledger.StartNewAsync("birds", "New consent was given.", None);
        Assert.Equal(("birds.2", 0, 5, 0), (begun.Lineage, begun.SpentEpsilon, begun.CapEpsilon, begun.Runs.Count));
        Assert.Null(await FollowAsync("birds", 0, 12));
        Assert.Equal("birds.2", (await _ledger.ReadAsync("birds", None)).Lineage);

        // A run stays on the ledger on which it reserved.
        await _ledger.SpendAsync("birds", "running", "iteration-001", None);
        await _ledger.CloseAsync("birds", "running", None);
        var old = LedgerVerification.Check(await _ledger.ReadChainAsync("birds", None), new LedgerAccountant()).State!;
        Assert.Equal([true, true], old.Runs.Select(run => run.Closed));
        Assert.Contains(("birds", "birds.2"), old.Parted);
        Assert.Contains("New consent was given.", System.Text.Encoding.UTF8.GetString(_storage.Chains["birds"]), StringComparison.Ordinal);
        Assert.Contains("New consent was given.", System.Text.Encoding.UTF8.GetString(_storage.Chains["birds.2"]), StringComparison.Ordinal);

        // Images of both: which ledger is meant is for the owner to say.
        Assert.NotNull(await FollowAsync("again", 0, 12));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.StartNewAsync("unknown", "why", None));
        await Assert.ThrowsAsync<ArgumentException>(() => _ledger.StartNewAsync("birds", " ", None));
        await AssertWholeAsync("birds.2");
        var back = await _ledger.JoinAsync("birds", "birds", "It was a mistake.", None);
        Assert.Equal(("birds", 2), (back.Lineage, back.Runs.Count));
        Assert.Null(await FollowAsync("again", 0, 12));
        await AssertWholeAsync("birds");
    }

    [Fact]
    public async Task Act_that_broke_off_is_finished_by_whoever_comes_next()
    {
        await FollowAsync("birds", 0, 10);
        await FollowAsync("cats", 10, 20);
        await SpendAsync("birds", "run-1");
        foreach (var (breaks, act) in new (string, Func<PrivacyLedger, Task>)[]
        {
            ("cats", ledger => ledger.JoinAsync("birds", "cats", null, None)),
            ("cats.2", ledger => ledger.StartNewAsync("cats", "why", None)),
        })
        {
            _storage.BeforeAppend = lineage =>
            {
                if (lineage == breaks)
                {
                    throw new IOException("The process was killed.");
                }
            };
            using var killed = NewLedger();
            await Assert.ThrowsAsync<IOException>(() => act(killed));
            _storage.BeforeAppend = _ => { };
            Assert.NotEmpty((await _ledger.ReadCatalogueAsync(None)).Pending);
            await _ledger.ReadAsync("cats", None);
            Assert.Empty((await _ledger.ReadCatalogueAsync(None)).Pending);
        }

        Assert.Equal(("cats", 1), ((await _ledger.ReadAsync("birds", None)).Lineage, (await _ledger.ReadAsync("birds", None)).Runs.Count));
        Assert.Equal("cats.2", (await _ledger.ReadAsync("cats", None)).Lineage);
        foreach (var lineage in _storage.Chains.Keys)
        {
            await AssertWholeAsync(lineage);
        }
    }

    [Fact]
    public async Task Same_images_under_many_names_at_once_come_to_one_lineage()
    {
        var ledgers = Enumerable.Range(0, 4).Select(_ => NewLedger()).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await ledgers[i % 4].OpenAsync($"copy-{i}", None);
            return await ledgers[i % 4].FollowLineageAsync($"copy-{i}", Images(0, 50), None);
        })));
        Assert.All(answers, Assert.Null);
        var budgets = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _ledger.ReadAsync($"copy-{i}", None)));
        Assert.Single(budgets.Select(budget => budget.Lineage).Distinct());
        ledgers.ForEach(ledger => ledger.Dispose());
    }

    [Fact]
    public async Task Many_additions_are_put_together_and_none_is_forgotten()
    {
        for (var i = 0; i < 40; i++)
        {
            Assert.Null(await FollowAsync("birds", i * 10, (i * 10) + 10));
        }

        Assert.InRange((await _ledger.ReadCatalogueAsync(None)).Find("birds")!.Images.Count, 1, 16);
        for (var i = 0; i < 40; i++)
        {
            Assert.Null(await FollowAsync($"copy-{i}", i * 10, (i * 10) + 1));
            Assert.Equal("birds", (await _ledger.ReadAsync($"copy-{i}", None)).Lineage);
        }
    }

    [Fact]
    public void Fingerprints_come_back_as_they_were_and_spoilt_ones_are_refused()
    {
        var set = FingerprintSet.Of(Images(0, 100));
        Assert.Equal(set.Encode(), FingerprintSet.Decode(set.Encode()).Encode());
        Assert.Equal((100, 0, 40), (set.Count, set.Except(set).Count, set.Except(FingerprintSet.Of(Images(40, 200))).Count));
        Assert.Equal(200, set.Union(FingerprintSet.Of(Images(40, 200))).Count);
        Assert.Throws<InvalidDataException>(() => FingerprintSet.Decode(set.Encode().AsSpan(..^1)));
        Assert.Throws<InvalidDataException>(() => FingerprintSet.Decode([.. set.Encode(), .. set.Encode()]));
    }

    private static HashSet<ImageFingerprint> Images(int first, int end) =>
        [.. Enumerable.Range(first, end - first).Select(i => new ImageFingerprint((UInt128)i * 0x9E3779B97F4A7C15))];

    private static PlannedMeasurement[] Measurements(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new PlannedMeasurement($"iteration-{i:D3}", new GaussianEvent { NoiseMultiplier = 20 }))];

    private static double Epsilon(int count) => PrivacyAccountant.Epsilon([new GaussianEvent { NoiseMultiplier = 20, Count = count }], 1e-5).Epsilon;

    private PrivacyLedger NewLedger() => new(_storage, new SettableClock());

    private async Task<string?> FollowAsync(string dataset, int first, int end)
    {
        await _ledger.OpenAsync(dataset, None);
        return await _ledger.FollowLineageAsync(dataset, Images(first, end), None);
    }

    private async Task SpendAsync(string dataset, string run)
    {
        await _ledger.ReserveAsync(dataset, run, Measurements(1), None);
        await _ledger.SpendAsync(dataset, run, "iteration-001", None);
        await _ledger.CloseAsync(dataset, run, None);
    }

    private async Task AssertWholeAsync(string lineage) =>
        Assert.Empty(LedgerVerification.Check(await _ledger.ReadChainAsync(lineage, None), new LedgerAccountant()).Faults);
}
