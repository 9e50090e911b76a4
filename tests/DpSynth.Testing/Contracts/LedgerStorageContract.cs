using System.Text;
using DpSynth.Ledgers;

namespace DpSynth.Testing.Contracts;

/// <summary>What every storage of ledgers keeps to.</summary>
public abstract class LedgerStorageContract
{
    private readonly string _lineage = UniqueName.Of("line");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The storage that is held to it.</summary>
    protected abstract ILedgerStorage Storage { get; }

    /// <summary>Another client of the same storage, which remembers nothing of what the first one did.</summary>
    protected abstract ILedgerStorage NewClient();

    /// <summary>Takes the catalogue away, which the storage has one of.</summary>
    protected abstract Task RemoveCatalogueAsync();

    [Fact]
    public async Task Chain_that_has_not_begun_has_no_lines_and_ends_where_it_begins()
    {
        var tail = await Storage.ReadAfterAsync(_lineage, default, None);
        Assert.Equal((true, default(LedgerPosition)), (tail.Lines.IsEmpty, tail.End));
    }

    [Fact]
    public async Task Lines_are_read_behind_any_position_and_end_where_the_writer_was_told()
    {
        var ends = new List<LedgerPosition> { default };
        foreach (var line in (string[])["one\n", "two: é\n", "three\n", "four\n", "five\n"])
        {
            ends.Add((await AppendAsync(line, ends[^1]))!.Value);
        }

        var client = NewClient();
        var all = await client.ReadAfterAsync(_lineage, default, None);
        Assert.Equal(("one\ntwo: é\nthree\nfour\nfive\n", ends[5]), (Text(all), all.End));
        var rest = await client.ReadAfterAsync(_lineage, ends[2], None);
        Assert.Equal(("three\nfour\nfive\n", ends[5]), (Text(rest), rest.End));
        var nothing = await client.ReadAfterAsync(_lineage, ends[5], None);
        Assert.Equal(("", ends[5]), (Text(nothing), nothing.End));
        Assert.Equal(6, ends.Distinct().Count());
    }

    [Fact]
    public async Task Line_is_appended_only_where_the_chain_ends()
    {
        var first = (await AppendAsync("one\n", default))!.Value;
        var second = (await AppendAsync("two\n", first))!.Value;
        Assert.Null(await AppendAsync("again\n", default));
        Assert.Null(await AppendAsync("again\n", first));
        Assert.Null(await AppendAsync("again\n", second with { Offset = second.Offset + 9, Entries = second.Entries + 1 }));
        Assert.Equal("one\ntwo\n", Text(await Storage.ReadAfterAsync(_lineage, default, None)));
    }

    [Fact]
    public async Task Line_behind_the_beginning_of_a_chain_that_has_not_begun_is_not_appended()
    {
        Assert.Null(await AppendAsync("lost\n", new LedgerPosition(0, 7, 1)));
        Assert.True((await Storage.ReadAfterAsync(_lineage, default, None)).Lines.IsEmpty);
    }

    [Fact]
    public async Task Of_many_who_append_at_one_position_one_wins()
    {
        var end = (await AppendAsync("first\n", default))!.Value;
        var clients = Enumerable.Range(0, 4).Select(_ => NewClient()).ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            clients[i % 4].TryAppendAsync(_lineage, end, Encoding.UTF8.GetBytes($"{i}\n"), None)));
        var winner = Assert.Single(answers.Index(), answer => answer.Item is not null).Index;
        Assert.Equal($"first\n{winner}\n", Text(await Storage.ReadAfterAsync(_lineage, default, None)));
    }

    [Fact]
    public async Task Chain_that_is_shorter_than_the_position_is_an_error()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Storage.ReadAfterAsync(_lineage, new LedgerPosition(0, 7, 1), None));
        var end = (await AppendAsync("one\n", default))!.Value;
        await Assert.ThrowsAsync<InvalidDataException>(() => Storage.ReadAfterAsync(_lineage, end with { Offset = end.Offset + 1 }, None));
    }

    [Fact]
    public async Task Head_moves_forward_and_never_back()
    {
        var other = NewClient();
        Assert.Null(await Storage.ReadHeadAsync(_lineage, None));
        await Storage.AdvanceHeadAsync(_lineage, new LedgerHead(1, "a"), None);
        await other.AdvanceHeadAsync(_lineage, new LedgerHead(3, "c"), None);
        await Storage.AdvanceHeadAsync(_lineage, new LedgerHead(2, "b"), None);
        await Storage.AdvanceHeadAsync(_lineage, new LedgerHead(3, "d"), None);
        Assert.Equal(new LedgerHead(3, "c"), await Storage.ReadHeadAsync(_lineage, None));
        Assert.Equal(new LedgerHead(3, "c"), await NewClient().ReadHeadAsync(_lineage, None));
        Assert.Null(await Storage.ReadHeadAsync($"{_lineage}-2", None));
    }

    [Fact]
    public async Task Head_ends_at_the_furthest_of_many_that_are_written_at_once()
    {
        await Task.WhenAll(Enumerable.Range(1, 12).Select(i => NewClient().AdvanceHeadAsync(_lineage, new LedgerHead(i, $"{i}"), None)));
        Assert.Equal(new LedgerHead(12, "12"), await Storage.ReadHeadAsync(_lineage, None));
    }

    [Fact]
    public async Task Catalogue_that_is_not_there_is_empty_and_without_version()
    {
        await RemoveCatalogueAsync();
        var (catalogue, version) = await Storage.ReadCatalogueAsync(None);
        Assert.Null(version);
        Assert.Empty(catalogue.Lineages);
        Assert.Empty(catalogue.Datasets);
        Assert.Empty(catalogue.Pending);
    }

    [Fact]
    public async Task Catalogue_is_replaced_by_who_read_its_last_version()
    {
        await RemoveCatalogueAsync();
        Assert.True(await Storage.TryReplaceCatalogueAsync(Catalogue("a"), null, None));
        Assert.False(await Storage.TryReplaceCatalogueAsync(Catalogue("b"), null, None));
        var (_, first) = await Storage.ReadCatalogueAsync(None);
        Assert.NotNull(first);
        Assert.True(await Storage.TryReplaceCatalogueAsync(Catalogue("c"), first, None));
        Assert.False(await NewClient().TryReplaceCatalogueAsync(Catalogue("d"), first, None));
        var (catalogue, second) = await NewClient().ReadCatalogueAsync(None);
        Assert.NotEqual(first, second);
        Assert.Equal("c", Assert.Single(catalogue.Lineages).Name);
    }

    [Fact]
    public async Task Catalogue_that_has_gone_is_not_replaced_by_who_read_it()
    {
        await RemoveCatalogueAsync();
        await Storage.TryReplaceCatalogueAsync(Catalogue("a"), null, None);
        var (_, version) = await Storage.ReadCatalogueAsync(None);
        await RemoveCatalogueAsync();
        Assert.False(await Storage.TryReplaceCatalogueAsync(Catalogue("b"), version, None));
        Assert.Null((await Storage.ReadCatalogueAsync(None)).Version);
    }

    [Fact]
    public async Task Fingerprints_come_back_by_a_name_that_the_set_alone_decides()
    {
        var images = Images(1, 2, 3);
        var name = await Storage.WriteImagesAsync(_lineage, images, None);
        Assert.Equal(name, await NewClient().WriteImagesAsync(_lineage, Images(3, 1, 2), None));
        var other = await Storage.WriteImagesAsync(_lineage, Images(1, 2), None);
        Assert.NotEqual(name, other);
        Assert.Equal(images.Encode(), (await NewClient().ReadImagesAsync(name, None))!.Encode());
        Assert.Equal(2, (await Storage.ReadImagesAsync(other, None))!.Count);
        Assert.Equal(0, (await Storage.ReadImagesAsync(await Storage.WriteImagesAsync(_lineage, FingerprintSet.Empty, None), None))!.Count);
        Assert.Null(await Storage.ReadImagesAsync($"{name}-2", None));
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_write_nothing()
    {
        await RemoveCatalogueAsync();
        await Stopped.CallsAsync(
            stop => Storage.ReadAfterAsync(_lineage, default, stop),
            stop => Storage.TryAppendAsync(_lineage, default, "one\n"u8.ToArray(), stop),
            stop => Storage.ReadHeadAsync(_lineage, stop),
            stop => Storage.AdvanceHeadAsync(_lineage, new LedgerHead(1, "a"), stop),
            stop => Storage.ReadCatalogueAsync(stop),
            stop => Storage.TryReplaceCatalogueAsync(Catalogue("a"), null, stop),
            stop => Storage.WriteImagesAsync(_lineage, Images(1), stop),
            stop => Storage.ReadImagesAsync("none", stop));
        Assert.True((await Storage.ReadAfterAsync(_lineage, default, None)).Lines.IsEmpty);
        Assert.Null(await Storage.ReadHeadAsync(_lineage, None));
        Assert.Null((await Storage.ReadCatalogueAsync(None)).Version);
    }

    private static LedgerCatalogue Catalogue(string lineage) => new() { Lineages = [new LineageRecord { Name = lineage }] };

    private static FingerprintSet Images(params int[] values) => FingerprintSet.Of(values.Select(value => new ImageFingerprint((UInt128)value)).ToHashSet());

    private static string Text(LedgerTail tail) => Encoding.UTF8.GetString(tail.Lines.Span);

    private Task<LedgerPosition?> AppendAsync(string line, LedgerPosition position) =>
        Storage.TryAppendAsync(_lineage, position, Encoding.UTF8.GetBytes(line), None);
}
