using System.Formats.Tar;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DpSynth.Catalogue;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Datasets;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Storage.Tests.Datasets;

[Collection(AzuriteTests.Name)]
public sealed class PrivateStoreTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly PrivateStore _store = new(azurite.Private, RequestParts.Json);

    [Fact]
    public async Task Listing_tells_classes_archives_and_absence_apart()
    {
        var dataset = AzuriteFixture.NewName("set");
        Assert.Null(await _store.ListDatasetAsync(dataset, None));
        await UploadAsync($"{dataset}/b/2.png", [1, 2]);
        await UploadAsync($"{dataset}/a/1.tar", [1]);
        await UploadAsync($"{dataset}/notes.txt", [1]);
        await UploadAsync($"{dataset}-other/x.png", [1]);

        var listing = await _store.ListDatasetAsync(dataset, None);
        Assert.Equal(
            [($"{dataset}/a/1.tar", "a", 1, true), ($"{dataset}/b/2.png", "b", 2, false)],
            listing!.Blobs.Select(blob => (blob.Name, blob.ClassName, blob.Length, blob.IsArchive)));
        var names = await _store.ListDatasetsAsync(None);
        Assert.Contains(dataset, names);
        Assert.Contains($"{dataset}-other", names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Dataset_of_notes_alone_exists_and_is_empty()
    {
        var dataset = AzuriteFixture.NewName("set");
        await UploadAsync($"{dataset}/notes.txt", [1]);
        Assert.Empty((await _store.ListDatasetAsync(dataset, None))!.Blobs);
    }

    [Fact]
    public async Task Images_come_in_the_order_asked_for_archives_unpacked()
    {
        var dataset = AzuriteFixture.NewName("set");
        var blobs = Enumerable.Range(0, 40).Select(i => $"{dataset}/{i:D2}.png").ToList();
        await Task.WhenAll(blobs.Select((blob, i) => UploadAsync(blob, [(byte)i])));
        await UploadAsync($"{dataset}/m.tar", Tar(("folder/1.png", [101]), (".hidden", [9]), ("1.cls", [9]), ("meta.json", [9]), ("2.png", [102])));
        blobs.Insert(20, $"{dataset}/m.tar");

        var images = await ReadAsync(blobs);
        Assert.Equal(
            [.. Enumerable.Range(0, 20), 101, 102, .. Enumerable.Range(20, 20)],
            images.Select(image => (int)image.Encoded.Span[0]));
        Assert.Equal($"{dataset}/m.tar!folder/1.png", images[20].Name);
    }

    [Fact]
    public async Task Reading_may_stop_early()
    {
        var dataset = AzuriteFixture.NewName("set");
        var blobs = Enumerable.Range(0, 30).Select(i => $"{dataset}/{i:D2}.png").ToList();
        await Task.WhenAll(blobs.Select((blob, i) => UploadAsync(blob, [(byte)i])));
        await foreach (var image in _store.ReadImagesAsync(blobs, null, None))
        {
            Assert.Equal(0, image.Encoded.Span[0]);
            break;
        }
    }

    [Fact]
    public async Task Broken_archive_is_named()
    {
        var dataset = AzuriteFixture.NewName("set");
        var archive = Tar(("1.png", new byte[2000]));
        await UploadAsync($"{dataset}/cut.tar", archive[..1000]);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([$"{dataset}/cut.tar"]));
        Assert.Contains($"{dataset}/cut.tar", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Archive_in_an_archive_is_refused()
    {
        var dataset = AzuriteFixture.NewName("set");
        await UploadAsync($"{dataset}/outer.tar", Tar(("inner.tar", Tar(("1.png", [1])))));
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([$"{dataset}/outer.tar"]));
        Assert.Contains("inner.tar", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_that_has_gone_is_an_error() =>
        await Assert.ThrowsAsync<DatasetChangedException>(() => ReadAsync([$"{AzuriteFixture.NewName("set")}/1.png"]));

    [Theory]
    [InlineData("1.png")]
    [InlineData("1.tar")]
    public async Task File_written_again_after_it_was_listed_is_not_read(string file)
    {
        var dataset = AzuriteFixture.NewName("set");
        var content = Tar(("image.png", [1]));
        await UploadAsync($"{dataset}/{file}", content);
        await UploadAsync($"{dataset}/2.png", content);
        var listed = (await _store.ListDatasetAsync(dataset, None))!.Blobs;
        string[] names = [.. listed.Select(blob => blob.Name)];
        string[] versions = [.. listed.Select(blob => blob.Version)];
        Assert.Equal(2, (await ReadAsync(names, versions)).Count);

        // The same bytes under the same name are another blob all the same.
        var blob = azurite.Private.Data.GetBlobClient($"{dataset}/{file}");
        await blob.DeleteAsync();
        var gone = await Assert.ThrowsAsync<DatasetChangedException>(() => ReadAsync(names, versions));
        Assert.StartsWith($"A file of the dataset '{dataset}' was replaced or removed", gone.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(file, gone.ToString(), StringComparison.Ordinal);
        await UploadAsync($"{dataset}/{file}", content);
        await Assert.ThrowsAsync<DatasetChangedException>(() => ReadAsync(names, versions));
        Assert.Equal(2, (await ReadAsync(names)).Count);
    }

    [Fact]
    public async Task Archive_replaced_while_it_is_read_ends_the_reading()
    {
        var dataset = AzuriteFixture.NewName("set");
        var archive = Tar([.. Enumerable.Range(0, 8).Select(i => ($"{i}.png", new byte[RangedBlobStream.RangeSize]))]);
        await UploadAsync($"{dataset}/a.tar", archive);
        await using var images = _store.ReadImagesAsync([$"{dataset}/a.tar"], null, None).GetAsyncEnumerator();
        Assert.True(await images.MoveNextAsync());
        await azurite.Private.Data.GetBlobClient($"{dataset}/a.tar").UploadAsync(BinaryData.FromBytes(archive), overwrite: true);

        await Assert.ThrowsAsync<DatasetChangedException>(async () =>
        {
            while (await images.MoveNextAsync())
            {
            }
        });
    }

    [Fact]
    public async Task Marks_of_folders_and_snapshots_are_no_images()
    {
        var dataset = AzuriteFixture.NewName("set");
        foreach (var (folder, mark) in ((string, string)[])[("a", "hdi_isfolder"), ("v1.0", "hdi_isfolder"), ("v2.0", "Hdi_isfolder")])
        {
            await azurite.Private.Data.GetBlobClient($"{dataset}/{folder}").UploadAsync(
                BinaryData.Empty, new BlobUploadOptions { Metadata = new Dictionary<string, string> { [mark] = "true" } });
        }

        await UploadAsync($"{dataset}/v1.0/1.png", [1]);
        await azurite.Private.Data.GetBlobClient($"{dataset}/v1.0/1.png").CreateSnapshotAsync();

        var blob = Assert.Single((await _store.ListDatasetAsync(dataset, None))!.Blobs);
        Assert.Equal(($"{dataset}/v1.0/1.png", "v1.0"), (blob.Name, blob.ClassName));
    }

    [Fact]
    public async Task Exact_work_goes_with_its_snapshots_and_what_is_leased_stays()
    {
        var run = AzuriteFixture.NewName("run");
        var embeddings = new EmbeddingMatrix(1, 1, new float[] { 1 });
        await _store.WriteEmbeddingsAsync(run, 0, embeddings, None);
        await _store.WriteEmbeddingsAsync(run, 1, embeddings, None);
        await _store.WriteVotesAsync(run, 1, 0, new[] { 1L }, None);
        await azurite.Private.Work.GetBlobClient(PrivateLayout.Embeddings(run, 0)).CreateSnapshotAsync();
        await azurite.Private.Work.GetBlobClient(PrivateLayout.Votes(run, 1, 0)).CreateSnapshotAsync();
        var leased = azurite.Private.Work.GetBlobClient(PrivateLayout.Embeddings(run, 1)).GetBlobLeaseClient();
        await leased.AcquireAsync(TimeSpan.FromSeconds(-1));

        Assert.Equal(1, await _store.DeleteExactWorkAsync(run, None));
        Assert.Equal([PrivateLayout.Embeddings(run, 1)], await WorkAsync(run));

        await leased.ReleaseAsync();
        Assert.Equal(0, await _store.DeleteExactWorkAsync(run, None));
        Assert.Equal(0, await _store.DeleteExactWorkAsync(run, None));
        Assert.Empty(await WorkAsync(run));
    }

    [Fact]
    public async Task Record_is_written_once()
    {
        var run = AzuriteFixture.NewName("run");
        Assert.Null(await _store.ReadRecordAsync<Note>(run, "plan", None));
        Assert.True(await _store.TryCreateRecordAsync(run, "plan", new Note("first", 1), None));
        Assert.False(await _store.TryCreateRecordAsync(run, "plan", new Note("second", 2), None));
        Assert.Equal(new Note("first", 1), await _store.ReadRecordAsync<Note>(run, "plan", None));
    }

    [Fact]
    public async Task Embeddings_and_votes_come_back()
    {
        var run = AzuriteFixture.NewName("run");
        Assert.Null(await _store.ReadEmbeddingsAsync(run, 3, None));
        Assert.Null(await _store.ReadVotesAsync(run, 1, 3, None));
        await _store.WriteEmbeddingsAsync(run, 3, new EmbeddingMatrix(2, 2, new float[] { 1, 2, 3, 4 }), None);
        Assert.Null(await _store.ReadNeighboursAsync(run, 1, 3, None));
        await _store.WriteVotesAsync(run, 1, 3, new[] { 1L << 40, 0 }, None);
        await _store.WriteNeighboursAsync(run, 1, 3, new NeighbourTable(2, 3, [4, 0, 1, 2, 4, 3]), None);
        var embeddings = await _store.ReadEmbeddingsAsync(run, 3, None);
        Assert.Equal([1, 2, 3, 4], embeddings!.Values);
        var votes = await _store.ReadVotesAsync(run, 1, 3, None);
        Assert.Equal([1L << 40, 0], votes!);
        var neighbours = await _store.ReadNeighboursAsync(run, 1, 3, None);
        Assert.Equal((2, 3), (neighbours!.Queries, neighbours.Neighbours));
        Assert.Equal([4, 0, 1, 2, 4, 3], neighbours.Indices);
    }

    [Fact]
    public async Task First_release_persisted_is_the_release_for_all_who_persist_one()
    {
        var run = AzuriteFixture.NewName("run");
        Assert.Null(await _store.ReadReleaseAsync(run, "iteration-001", 0, None));
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            _store.PersistReleaseAsync(run, "iteration-001", 0, new long[] { i, -7 }, None)));
        var stored = await _store.ReadReleaseAsync(run, "iteration-001", 0, None);
        Assert.All(answers, answer => Assert.Equal(stored!, answer));
        Assert.Null(await _store.ReadReleaseAsync(run, "iteration-001", 1, None));
        Assert.Null(await _store.ReadReleaseAsync(run, "class-counts", 0, None));
    }

    [Fact]
    public async Task Note_beside_the_images_is_opened_by_its_name()
    {
        var dataset = AzuriteFixture.NewName("set");
        Assert.Null(await _store.OpenNoteAsync(dataset, "owners.csv", None));
        await UploadAsync($"{dataset}/owners.csv", [1, 2, 3]);
        await using var note = await _store.OpenNoteAsync(dataset, "owners.csv", None);
        using var copy = new MemoryStream();
        await note!.CopyToAsync(copy);
        Assert.Equal([1, 2, 3], copy.ToArray());
    }

    private static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return archive.ToArray();
    }

    private async Task<List<string>> WorkAsync(string run)
    {
        var names = new List<string>();
        await foreach (var blob in azurite.Private.Work.GetBlobsAsync(new() { States = BlobStates.Snapshots, Prefix = $"{run}/" }))
        {
            names.Add(blob.Name);
        }

        return names;
    }

    private async Task<List<PrivateImage>> ReadAsync(IReadOnlyList<string> blobs, IReadOnlyList<string>? versions = null)
    {
        var images = new List<PrivateImage>();
        await foreach (var image in _store.ReadImagesAsync(blobs, versions, None))
        {
            images.Add(image);
        }

        return images;
    }

    private async Task UploadAsync(string blob, byte[] content) =>
        await azurite.Private.Data.UploadBlobAsync(blob, BinaryData.FromBytes(content));

    private sealed record Note(string Text, int Number);
}
