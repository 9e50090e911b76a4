using System.Text;
using DpSynth.Privacy.Accounting;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Ledgers.Tests;

/// <summary>Others write at the same time, or somebody has been at the files.</summary>
public sealed class LedgerContentionTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly PlannedMeasurement[] _releases = [new("a", new GaussianEvent { NoiseMultiplier = 20 })];

    private readonly InMemoryLedgerStorage _storage = new();
    private readonly Contended _contended;
    private readonly PrivacyLedger _ledger;

    public LedgerContentionTests()
    {
        _contended = new Contended(_storage);
        _ledger = NewLedger();
    }

    public void Dispose() => _ledger.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Writer_who_loses_tries_again(int times)
    {
        await _ledger.OpenAsync("birds", None);
        _contended.LosesAppends = times;

        Assert.True((await _ledger.ReserveAsync("birds", "run", _releases, None)).Granted);

        Assert.Equal((0, 2), (_contended.LosesAppends, _storage.Heads["birds"].Sequence));
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public async Task Catalogue_is_tried_to_change_twenty_times(int times, bool succeeds)
    {
        _contended.LosesReplacements = times;
        var open = _ledger.OpenAsync("birds", None);
        if (succeeds)
        {
            await open;
            Assert.Equal("birds", Assert.Single((await _ledger.ReadCatalogueAsync(None)).Lineages).Name);
            return;
        }

        Assert.Equal(
            "The catalogue of ledgers was changed by others all the time: try again.", (await Assert.ThrowsAsync<TimeoutException>(() => open)).Message);
        Assert.Empty((await _ledger.ReadCatalogueAsync(None)).Lineages);
    }

    [Fact]
    public async Task Images_that_cannot_be_entered_are_not_passed_over()
    {
        await _ledger.OpenAsync("birds", None);
        _contended.LosesReplacements = 1000;

        await Assert.ThrowsAsync<TimeoutException>(() => _ledger.FollowApprovedAsync("birds", Images(0, 10), None));
    }

    [Fact]
    public async Task Run_that_reserves_while_its_ledger_is_joined_keeps_the_ledger_apart()
    {
        await _ledger.FollowApprovedAsync("birds", Images(0, 10), None);
        await _ledger.FollowApprovedAsync("cats", Images(10, 20), None);
        using var other = NewLedger();
        _storage.BeforeReplace = () =>
        {
            _storage.BeforeReplace = () => { };
            Assert.True(other.ReserveAsync("birds", "run", _releases, None).GetAwaiter().GetResult().Granted);
        };

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.JoinAsync("birds", "cats", null, None));

        Assert.Equal(
            "A run reserved on the ledger of dataset 'birds' at the same time, so it was not joined: let the run end, then join.", refusal.Message);
        Assert.Equal("birds", (await _ledger.ReadAsync("birds", None)).Lineage);
        Assert.Empty((await _ledger.ReadCatalogueAsync(None)).Pending);
        Assert.Empty((await _ledger.ReadAsync("cats", None)).Runs);
    }

    [Fact]
    public async Task Run_that_reserves_while_its_images_move_reserves_where_they_have_gone()
    {
        await _ledger.FollowApprovedAsync("birds", Images(0, 10), None);
        await _ledger.FollowApprovedAsync("cats", Images(10, 20), None);
        using var other = NewLedger();
        _storage.BeforeAppend = lineage =>
        {
            _storage.BeforeAppend = _ => { };
            other.JoinAsync("birds", "cats", null, None).GetAwaiter().GetResult();
        };

        var reservation = await _ledger.ReserveAsync("birds", "run", _releases, None);

        Assert.Equal((true, "cats"), (reservation.Granted, reservation.Budget.Lineage));
        Assert.Equal("run", Assert.Single((await other.ReadAsync("cats", None)).Runs).RunId);
    }

    [Fact]
    public async Task Joined_ledger_takes_its_names_with_it()
    {
        await _ledger.FollowApprovedAsync("birds", Images(0, 10), None);
        await _ledger.FollowApprovedAsync("finches", Images(0, 5), None);
        await _ledger.FollowApprovedAsync("cats", Images(10, 20), None);

        await _ledger.JoinAsync("birds", "cats", null, None);

        var state = LedgerVerification.Check(await _ledger.ReadChainAsync("cats", None), new LedgerAccountant()).State!;
        Assert.Equal(["birds", "cats", "finches"], state.Datasets.Order(StringComparer.Ordinal));
        Assert.Equal("cats", (await _ledger.ReadAsync("finches", None)).Lineage);
    }

    [Fact]
    public async Task Act_of_an_unknown_kind_is_not_carried_out()
    {
        await _ledger.OpenAsync("birds", None);
        var (catalogue, version) = await _storage.ReadCatalogueAsync(None);
        var act = new LineageAct { Kind = (LineageActKind)99, Dataset = "birds", Lineage = "birds" };
        await _storage.TryReplaceCatalogueAsync(catalogue with { Pending = [act] }, version, None);

        Assert.Equal(
            "The catalogue of ledgers has an act of an unknown kind pending.",
            (await Assert.ThrowsAsync<InvalidDataException>(() => _ledger.ReadAsync("birds", None))).Message);
    }

    [Fact]
    public async Task What_is_stuck_elsewhere_is_no_obstacle()
    {
        await _ledger.OpenAsync("birds", None);
        await _ledger.OpenAsync("cats", None);
        var (catalogue, version) = await _storage.ReadCatalogueAsync(None);
        var act = new LineageAct { Kind = (LineageActKind)99, Dataset = "birds", Lineage = "birds" };
        await _storage.TryReplaceCatalogueAsync(catalogue with { Pending = [act] }, version, None);

        Assert.Equal("cats", (await _ledger.ReadAsync("cats", None)).Lineage);
    }

    [Fact]
    public async Task Record_of_the_last_entry_that_lags_behind_is_brought_up_to_date()
    {
        await _ledger.ReserveAsync("birds", "run", _releases, None);
        var head = _storage.Heads["birds"];
        _storage.Heads.Remove("birds");
        using (var restarted = NewLedger())
        {
            await restarted.ReadAsync("birds", None);
        }

        Assert.Equal(head, _storage.Heads["birds"]);
    }

    [Fact]
    public async Task Ledger_that_is_not_what_was_written_is_refused_in_a_sentence()
    {
        await _ledger.ReserveAsync("birds", "run", _releases, None);
        var (chain, head) = (_storage.Chains["birds"], _storage.Heads["birds"]);
        var first = chain.AsSpan().IndexOf(LedgerLine.End) + 1;

        _storage.Heads["birds"] = head with { Hash = LedgerEntry.NoHash };
        await AssertRefusedAsync("entry 2 is not the one that was written there");
        _storage.Heads["birds"] = head;
        _storage.Chains["birds"] = chain[..first];
        await AssertRefusedAsync("it was cut off, it had 2 entries and has 1");
        _storage.Chains["birds"] = chain[..^1];
        await AssertRefusedAsync("entry 2 was cut off");
        _storage.Chains["birds"] = [.. chain[..first], .. "{}\n"u8];
        await AssertRefusedAsync("entry 2 was edited: it says no schema version");
        _storage.Chains["birds"] = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(chain).Replace("\"run\":\"run\"", "\"run\":\"ruin\"", StringComparison.Ordinal));
        await AssertRefusedAsync("entry 2 was edited: its content does not match its hash");
        _storage.Chains["birds"] = [.. chain[..first], .. chain[..first]];
        await AssertRefusedAsync("entry 1 stands where entry 2 belongs");

        async Task AssertRefusedAsync(string what)
        {
            using var restarted = NewLedger();
            var fault = await Assert.ThrowsAsync<InvalidDataException>(() => restarted.ReadAsync("birds", None));
            Assert.Equal($"The ledger of lineage 'birds' cannot be used: {what}. Nothing was written.", fault.Message);
        }
    }

    [Fact]
    public async Task Fingerprints_that_are_missing_are_named()
    {
        await _ledger.FollowApprovedAsync("birds", Images(0, 10), None);
        var name = Assert.Single((await _ledger.ReadCatalogueAsync(None)).Find("birds")!.Images);
        _contended.Missing = name;

        Assert.Equal(
            $"Fingerprints of lineage 'birds' are missing: restore the blob '{name}' in the ledgers' container.",
            (await Assert.ThrowsAsync<InvalidDataException>(() => _ledger.FollowApprovedAsync("cats", Images(5, 15), None))).Message);
    }

    private static HashSet<ImageFingerprint> Images(int first, int end) =>
        [.. Enumerable.Range(first, end - first).Select(i => new ImageFingerprint((UInt128)i))];

    private PrivacyLedger NewLedger() => new(_contended, new SettableClock());

    /// <summary>A storage on which others are faster for a while.</summary>
    private sealed class Contended(InMemoryLedgerStorage storage) : ILedgerStorage
    {
        public int LosesAppends { get; set; }

        public int LosesReplacements { get; set; }

        public string? Missing { get; set; }

        public Task<LedgerTail> ReadAfterAsync(string lineage, LedgerPosition position, CancellationToken cancellationToken) =>
            storage.ReadAfterAsync(lineage, position, cancellationToken);

        public Task<LedgerPosition?> TryAppendAsync(
            string lineage, LedgerPosition position, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
        {
            if (LosesAppends > 0)
            {
                LosesAppends--;
                return Task.FromResult<LedgerPosition?>(null);
            }

            return storage.TryAppendAsync(lineage, position, line, cancellationToken);
        }

        public Task<LedgerHead?> ReadHeadAsync(string lineage, CancellationToken cancellationToken) => storage.ReadHeadAsync(lineage, cancellationToken);

        public Task AdvanceHeadAsync(string lineage, LedgerHead head, CancellationToken cancellationToken) =>
            storage.AdvanceHeadAsync(lineage, head, cancellationToken);

        public Task<(LedgerCatalogue Catalogue, string? Version)> ReadCatalogueAsync(CancellationToken cancellationToken) =>
            storage.ReadCatalogueAsync(cancellationToken);

        public Task<bool> TryReplaceCatalogueAsync(LedgerCatalogue catalogue, string? version, CancellationToken cancellationToken)
        {
            if (LosesReplacements > 0)
            {
                LosesReplacements--;
                return Task.FromResult(false);
            }

            return storage.TryReplaceCatalogueAsync(catalogue, version, cancellationToken);
        }

        public Task<string> WriteImagesAsync(string lineage, FingerprintSet images, CancellationToken cancellationToken) =>
            storage.WriteImagesAsync(lineage, images, cancellationToken);

        public async Task<FingerprintSet?> ReadImagesAsync(string name, CancellationToken cancellationToken) =>
            name == Missing ? null : await storage.ReadImagesAsync(name, cancellationToken);
    }
}
