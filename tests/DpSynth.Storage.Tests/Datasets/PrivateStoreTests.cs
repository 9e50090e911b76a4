using System.Formats.Tar;
using Azure;
using DpSynth.Storage.Datasets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Voting;

namespace DpSynth.Storage.Tests.Datasets;

[Collection(AzuriteTests.Name)]
public sealed class PrivateStoreTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly PrivateStore _store = new(azurite.Private);

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
            [new DatasetBlob($"{dataset}/a/1.tar", "a", 1, true), new DatasetBlob($"{dataset}/b/2.png", "b", 2, false)],
            listing!.Blobs);
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
        await foreach (var image in _store.ReadImagesAsync(blobs, None))
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
        await Assert.ThrowsAsync<RequestFailedException>(() => ReadAsync([$"{AzuriteFixture.NewName("set")}/1.png"]));

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

    private async Task<List<PrivateImage>> ReadAsync(IReadOnlyList<string> blobs)
    {
        var images = new List<PrivateImage>();
        await foreach (var image in _store.ReadImagesAsync(blobs, None))
        {
            images.Add(image);
        }

        return images;
    }

    private async Task UploadAsync(string blob, byte[] content) =>
        await azurite.Private.Data.UploadBlobAsync(blob, BinaryData.FromBytes(content));

    private sealed record Note(string Text, int Number);
}
