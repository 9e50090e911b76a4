using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using DpSynth.LocalHost.Durable;

namespace DpSynth.LocalHost.Tests.Durable;

[Collection(AzuriteCollection.Name)]
public sealed class JournalTests(AzuriteFixture azurite)
{
    private readonly BlobContainerClient _container = new(azurite.Azurite.ExchangeStorage, "j" + Guid.NewGuid().ToString("N"));

    private JournalStore Store => new(new BlobServiceClient(azurite.Azurite.ExchangeStorage), "unused");

    [Fact]
    public async Task A_line_that_a_crash_cut_off_counts_for_nothing_and_what_follows_counts()
    {
        var blob = await NewBlobAsync();
        var journal = await Journal.CreateAsync(blob, Store, [new ExecutionStarted(DateTime.UnixEpoch, "1")], CancellationToken.None);
        await AppendAsync(blob, """{"entry":"activity","Na""");

        journal = await Journal.OpenAsync(blob, Store, CancellationToken.None);
        await journal.AppendAsync([new ActivityCall(1, "A", null)], CancellationToken.None);
        journal = await Journal.OpenAsync(blob, Store, CancellationToken.None);
        Assert.Equal([new ExecutionStarted(DateTime.UnixEpoch, "1"), new ActivityCall(1, "A", null)], journal.Entries);
    }

    [Fact]
    public async Task A_damaged_line_in_the_middle_is_an_error()
    {
        var blob = await NewBlobAsync();
        await Journal.CreateAsync(blob, Store, [new ExecutionStarted(DateTime.UnixEpoch, null)], CancellationToken.None);
        await AppendAsync(blob, "damage\n" + Encoding.UTF8.GetString(Journal.Line(new TimerCall(1, DateTime.UnixEpoch))));
        await Assert.ThrowsAsync<InvalidDataException>(() => Journal.OpenAsync(blob, Store, CancellationToken.None));
    }

    [Fact]
    public async Task Two_writers_cannot_interleave()
    {
        var blob = await NewBlobAsync();
        var first = await Journal.CreateAsync(blob, Store, [new ExecutionStarted(DateTime.UnixEpoch, null)], CancellationToken.None);
        var second = await Journal.OpenAsync(blob, Store, CancellationToken.None);
        await first.AppendAsync([new TimerCall(1, DateTime.UnixEpoch)], CancellationToken.None);
        await Assert.ThrowsAsync<Azure.RequestFailedException>(
            () => second.AppendAsync([new TimerCall(1, DateTime.UnixEpoch)], CancellationToken.None));
    }

    [Fact]
    public async Task Entries_beyond_a_blocks_size_are_written_in_parts()
    {
        var blob = await NewBlobAsync();
        var big = new string('x', 5_000_000);
        await Journal.CreateAsync(blob, Store, [new ExecutionStarted(DateTime.UnixEpoch, big)], CancellationToken.None);
        var journal = await Journal.OpenAsync(blob, Store, CancellationToken.None);
        Assert.Equal(big, ((ExecutionStarted)Assert.Single(journal.Entries)).Input);
    }

    private static async Task AppendAsync(AppendBlobClient blob, string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await blob.AppendBlockAsync(stream);
    }

    private async Task<AppendBlobClient> NewBlobAsync()
    {
        await _container.CreateIfNotExistsAsync();
        return _container.GetAppendBlobClient("journal");
    }
}
