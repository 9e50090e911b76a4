using DpSynth.Storage.Candidates;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Storage.Tests.Candidates;

[Collection(AzuriteTests.Name)]
public sealed class PaidDrawingTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Drawings_are_kept_once_listed_read_and_deleted_by_generation_and_by_run()
    {
        var store = new DrawingStore(WorkerContainer());
        var (one, other) = (new CandidateShardId("paid", 0, 1), new CandidateShardId("paid", 1, 1));
        await store.WriteAsync(one, 0xfedcba9876543210, new byte[] { 1 }, default);
        await store.WriteAsync(one, 0xfedcba9876543210, new byte[] { 2 }, default);
        await store.WriteAsync(one, 7, new byte[] { 3 }, default);
        await store.WriteAsync(other, 7, new byte[] { 4 }, default);

        Assert.Equal([7UL, 0xfedcba9876543210], (await store.ListAsync(one, default)).Order());
        Assert.Equal([1], (await store.ReadAsync(one, 0xfedcba9876543210, default))!.Value.ToArray());
        Assert.Null(await store.ReadAsync(one, 8, default));

        var app = new DrawingStore(azurite.Exchange.Candidates);
        await app.DeleteAsync("paid", 0, default);
        Assert.Empty(await store.ListAsync(one, default));
        Assert.Single(await store.ListAsync(other, default));
        await app.DeleteAsync("paid", null, default);
        Assert.Empty(await store.ListAsync(other, default));
    }

    [Fact]
    public async Task Shared_record_is_written_only_by_who_read_its_last_version()
    {
        var records = new SharedRecords(WorkerContainer());
        var id = new SharedRecordId("paid", "image-spending");
        Assert.Null(await records.ReadAsync(id, default));

        var first = await records.TryWriteAsync(id, "1"u8.ToArray(), null, default);
        Assert.NotNull(first);
        Assert.Null(await records.TryWriteAsync(id, "2"u8.ToArray(), null, default));
        Assert.NotNull(await records.TryWriteAsync(id, "3"u8.ToArray(), first, default));
        Assert.Null(await records.TryWriteAsync(id, "4"u8.ToArray(), first, default));

        Assert.Equal("3"u8.ToArray(), (await records.ReadAsync(id, default))!.Content.ToArray());
    }

    private Azure.Storage.Blobs.BlobContainerClient WorkerContainer() =>
        WorkerStorage.FromAccess(WorkerAccess.Sign(azurite.Exchange, TimeSpan.FromHours(1), TimeProvider.System)).Candidates;
}
