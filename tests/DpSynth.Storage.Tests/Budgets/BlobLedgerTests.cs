using Azure.Storage.Blobs.Specialized;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Storage.Budgets;
using DpSynth.Storage.Layout;
using DpSynth.Testing;

namespace DpSynth.Storage.Tests.Budgets;

[Collection(AzuriteTests.Name)]
public sealed class BlobLedgerTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Two_hundred_reservations_at_once_against_a_cap_for_fifty_let_fifty_win()
    {
        var dataset = AzuriteFixture.NewName("set");
        var share = new GaussianEvent { NoiseMultiplier = Math.Sqrt(50.5) / GaussianAccountant.Mu(10, 1e-5) };
        PrivacyLedger[] ledgers = [.. Enumerable.Range(0, 5).Select(_ => NewLedger())];
        var granted = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            ledgers[i % ledgers.Length].ReserveAsync(dataset, $"run-{i}", [new PlannedMeasurement("iteration-001", share)], None)));

        Assert.Equal(50, granted.Count(reservation => reservation.Granted));
        Assert.All(granted.Where(reservation => !reservation.Granted), refusal => Assert.InRange(refusal.Budget.RemainingEpsilon, 0, 1.2));
        using var reader = NewLedger();
        var budget = await reader.ReadAsync(dataset, None);
        Assert.Equal(50, budget.Runs.Count);
        Assert.InRange(budget.CommittedEpsilon, 9.9, 10);
        Assert.Empty((await VerifyAsync(reader, dataset)).Faults);
        Array.ForEach(ledgers, ledger => ledger.Dispose());
    }

    [Fact]
    public async Task Chain_goes_on_in_further_blobs_and_every_writer_finds_its_end()
    {
        var dataset = AzuriteFixture.NewName("set");
        using var one = NewLedger(segmentEntries: 3);
        using var other = NewLedger(segmentEntries: 3);
        for (var i = 0; i < 5; i++)
        {
            await one.ReserveAsync(dataset, $"run-{i}", Releases(2), None);
            await other.SpendAsync(dataset, $"run-{i}", "iteration-001", None);
            await one.CloseAsync(dataset, $"run-{i}", None);
        }

        using var reader = NewLedger(segmentEntries: 3);
        var report = await VerifyAsync(reader, dataset);
        Assert.Empty(report.Faults);
        Assert.Equal(16, report.Entries);
        Assert.Equal(16, (await NewStorage().ReadHeadAsync(dataset, None))!.Sequence);
        Assert.True((await azurite.Private.Ledgers.GetBlobClient(PrivateLayout.LedgerEntries(dataset, 5)).ExistsAsync(None)).Value);
        Assert.All((await reader.ReadAsync(dataset, None)).Runs, run => Assert.True(run.Closed));
    }

    [Fact]
    public async Task Answer_that_is_lost_writes_nothing_twice()
    {
        var dataset = AzuriteFixture.NewName("set");
        using var ledger = new PrivacyLedger(new ForgetfulStorage(NewStorage()), TimeProvider.System);
        await ledger.ReserveAsync(dataset, "run", Releases(2), None);
        var hash = await ledger.SpendAsync(dataset, "run", "iteration-001", None);
        Assert.Equal(hash, await ledger.SpendAsync(dataset, "run", "iteration-001", None));
        await ledger.SetCapAsync(dataset, 3, 1e-5, None);

        var report = await VerifyAsync(ledger, dataset);
        Assert.Empty(report.Faults);
        Assert.Equal(4, report.Entries);
    }

    [Fact]
    public async Task Entries_cut_off_or_changed_in_storage_stop_everything()
    {
        var dataset = AzuriteFixture.NewName("set");
        using var ledger = NewLedger();
        await ledger.ReserveAsync(dataset, "run", Releases(2), None);
        await ledger.SpendAsync(dataset, "run", "iteration-001", None);
        var blob = azurite.Private.Ledgers.GetAppendBlobClient(PrivateLayout.LedgerEntries(dataset, 0));
        var whole = (await blob.DownloadContentAsync(None)).Value.Content.ToArray();
        await RewriteAsync(blob, whole[..(whole.AsSpan(..^1).LastIndexOf((byte)'\n') + 1)]);

        await Assert.ThrowsAsync<InvalidDataException>(() => ledger.ReserveAsync(dataset, "next", Releases(1), None));
        using var restarted = NewLedger();
        await Assert.ThrowsAsync<InvalidDataException>(() => restarted.ReserveAsync(dataset, "next", Releases(1), None));
        var fault = Assert.Single((await VerifyAsync(restarted, dataset)).Faults);
        Assert.Equal(3, fault.Sequence);

        await RewriteAsync(blob, [.. whole, .. "{\"schemaVersion\":7}\n"u8]);
        using var old = NewLedger();
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => old.ReserveAsync(dataset, "next", Releases(1), None));
        Assert.Contains("schema version 7", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renamed_and_changed_datasets_share_a_ledger_until_the_owner_says_otherwise()
    {
        using var ledger = NewLedger();
        var stem = AzuriteFixture.NewName("set");
        var images = Images(stem, 0, 30);
        await ledger.OpenAsync($"{stem}-a", None);
        Assert.Null(await ledger.FollowLineageAsync($"{stem}-a", images, None));
        await ledger.ReserveAsync($"{stem}-a", $"{stem}-run", Releases(2), None);

        // An upload opens a ledger for the new name before anybody has looked at the images.
        await ledger.OpenAsync($"{stem}-b", None);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ledger.FollowLineageAsync($"{stem}-b", Images(stem, 20, 40), None)));
        Assert.All(answers, Assert.Null);
        var budget = await ledger.ReadAsync($"{stem}-b", None);
        Assert.Equal(($"{stem}-a", 1), (budget.Lineage, budget.Runs.Count));

        using var other = NewLedger();
        var old = await other.StartNewAsync($"{stem}-b", "The pictures were taken anew.", None);
        Assert.Equal(($"{stem}-b.2", 0), (old.Lineage, old.Runs.Count));
        Assert.Null(await ledger.FollowLineageAsync($"{stem}-b", Images(stem, 20, 40), None));
        Assert.Equal($"{stem}-b.2", (await ledger.ReadAsync($"{stem}-b", None)).Lineage);
        foreach (var lineage in (string[])[$"{stem}-a", $"{stem}-b", $"{stem}-b.2"])
        {
            Assert.Empty((await VerifyAsync(ledger, lineage)).Faults);
        }
    }

    [Fact]
    public async Task Million_fingerprints_are_followed()
    {
        using var ledger = NewLedger();
        var dataset = AzuriteFixture.NewName("million");
        var images = Enumerable.Range(0, 1_000_000)
            .Select(
                i => new ImageFingerprint(((UInt128)(uint)dataset.GetHashCode(StringComparison.Ordinal) << 96) | ((UInt128)0x9E3779B97F4A7C15 * (UInt128)i)))
            .ToHashSet();
        await ledger.OpenAsync(dataset, None);
        await ledger.OpenAsync($"{dataset}-x", None);
        Assert.Null(await ledger.FollowLineageAsync(dataset, images, None));
        Assert.Null(await ledger.FollowLineageAsync($"{dataset}-x", new HashSet<ImageFingerprint> { images.Last() }, None));
        Assert.Equal(dataset, (await ledger.ReadAsync($"{dataset}-x", None)).Lineage);
    }

    private static HashSet<ImageFingerprint> Images(string stem, int first, int end) => Enumerable.Range(first, end - first)
        .Select(i => new ImageFingerprint(new UInt128((ulong)i, (ulong)stem.GetHashCode(StringComparison.Ordinal))))
        .ToHashSet();

    private static PlannedMeasurement[] Releases(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new PlannedMeasurement($"iteration-{i:D3}", new GaussianEvent { NoiseMultiplier = 30 }))];

    private static async Task<LedgerReport> VerifyAsync(PrivacyLedger ledger, string lineage) =>
        LedgerVerification.Check(await ledger.ReadChainAsync(lineage, None), new LedgerAccountant());

    private static async Task RewriteAsync(AppendBlobClient blob, byte[] content)
    {
        await blob.CreateAsync(cancellationToken: None);
        using var stream = new MemoryStream(content);
        await blob.AppendBlockAsync(stream, cancellationToken: None);
    }

    private BlobLedgerStorage NewStorage(int segmentEntries = BlobLedgerStorage.SegmentEntries) => new(azurite.Private, segmentEntries);

    private PrivacyLedger NewLedger(int segmentEntries = BlobLedgerStorage.SegmentEntries) =>
        new(NewStorage(segmentEntries), TimeProvider.System);

    /// <summary>Loses the answer to every append, as a connection that breaks at the wrong moment.</summary>
    private sealed class ForgetfulStorage(ILedgerStorage storage) : ILedgerStorage
    {
        public async Task<LedgerPosition?> TryAppendAsync(
            string lineage, LedgerPosition position, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
        {
            await storage.TryAppendAsync(lineage, position, line, cancellationToken);
            return await storage.TryAppendAsync(lineage, position, line, cancellationToken);
        }

        public Task<LedgerTail> ReadAfterAsync(string lineage, LedgerPosition position, CancellationToken cancellationToken) =>
            storage.ReadAfterAsync(lineage, position, cancellationToken);

        public Task<LedgerHead?> ReadHeadAsync(string lineage, CancellationToken cancellationToken) => storage.ReadHeadAsync(lineage, cancellationToken);

        public Task AdvanceHeadAsync(string lineage, LedgerHead head, CancellationToken cancellationToken) =>
            storage.AdvanceHeadAsync(lineage, head, cancellationToken);

        public Task<(LedgerCatalogue Catalogue, string? Version)> ReadCatalogueAsync(CancellationToken cancellationToken) =>
            storage.ReadCatalogueAsync(cancellationToken);

        public Task<bool> TryReplaceCatalogueAsync(LedgerCatalogue catalogue, string? version, CancellationToken cancellationToken) =>
            storage.TryReplaceCatalogueAsync(catalogue, version, cancellationToken);

        public Task<string> WriteImagesAsync(string lineage, FingerprintSet images, CancellationToken cancellationToken) =>
            storage.WriteImagesAsync(lineage, images, cancellationToken);

        public Task<FingerprintSet?> ReadImagesAsync(string name, CancellationToken cancellationToken) =>
            storage.ReadImagesAsync(name, cancellationToken);
    }
}
