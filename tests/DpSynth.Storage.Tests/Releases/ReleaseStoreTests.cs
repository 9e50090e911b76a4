using DpSynth.Storage.Releases;

namespace DpSynth.Storage.Tests.Releases;

[Collection(AzuriteTests.Name)]
public sealed class ReleaseStoreTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Files_are_listed_and_read_back_and_the_first_ones_stay()
    {
        var store = new ReleaseStore(azurite.Exchange);
        var run = AzuriteFixture.NewName("run");
        Assert.Empty(await store.ListAsync(run, None));
        await store.WriteAsync(run, "manifest.json", new MemoryStream("{}"u8.ToArray()), "application/json", None);
        await store.WriteAsync(run, "manifest.json", new MemoryStream("{\"later\":1}"u8.ToArray()), "application/json", None);

        await store.WriteAsync(run, "a.tar", new MemoryStream([1, 2, 3]), "application/x-tar", None);
        await store.WriteAsync($"{run}-b", "b", new MemoryStream([1]), "application/octet-stream", None);
        Assert.Equal([("a.tar", 3), ("manifest.json", 2)], (await store.ListAsync(run, None)).Select(file => (file.Name, file.Length)));
        await using var content = await store.OpenAsync(run, "a.tar", None);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        Assert.Equal([1, 2, 3], copy.ToArray());
        await Assert.ThrowsAsync<FileNotFoundException>(() => store.OpenAsync(run, "none", None));
    }
}
