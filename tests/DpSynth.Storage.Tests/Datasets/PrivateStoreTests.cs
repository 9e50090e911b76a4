using System.Formats.Tar;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DpSynth.Catalogue;
using DpSynth.Numerics;
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
    public async Task Archive_in_an_archive_is_refused()
    {
        var dataset = AzuriteFixture.NewName("set");
        await UploadAsync($"{dataset}/outer.tar", Tar(("inner.tar", Tar(("1.png", [1])))));
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([$"{dataset}/outer.tar"]));
        Assert.Contains("inner.tar", refusal.Message, StringComparison.Ordinal);
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

    private async Task<List<PrivateImage>> ReadAsync(IReadOnlyList<string> blobs)
    {
        var images = new List<PrivateImage>();
        await foreach (var image in _store.ReadImagesAsync(blobs, null, None))
        {
            images.Add(image);
        }

        return images;
    }

    private async Task UploadAsync(string blob, byte[] content) =>
        await azurite.Private.Data.UploadBlobAsync(blob, BinaryData.FromBytes(content));
}
