using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DpSynth.LocalHost.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpSynth.LocalHost.Tests.Events;

[Collection(AzuriteCollection.Name)]
public sealed class BlobWatcherTests(AzuriteFixture fixture) : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Announcement_that_the_emulator_may_lose_is_not_taken_for_made_until_an_orderly_end()
    {
        var container = new BlobContainerClient(fixture.Azurite.ExchangeStorage, "watched");
        await container.CreateAsync();
        await container.UploadBlobAsync("it", BinaryData.FromString("x"));
        var queue = new QueueClient(fixture.Azurite.ExchangeStorage, "watched-events");

        // Killed right after it has announced: another watcher, which finds no marks, announces again.
        using (var killed = Watch())
        {
            await killed.StartAsync(default);
            await UntilAsync(1);
            Assert.False(File.Exists(_folder["marks.json"]));
        }

        using (var second = Watch())
        {
            await second.StartAsync(default);
            await UntilAsync(2);
            await second.StopAsync(default);
        }

        using var third = Watch();
        await third.StartAsync(default);
        await Task.Delay(1500);
        await third.StopAsync(default);
        await UntilAsync(2);

        BlobWatcher Watch() => new(container, queue, _ => true, _folder["marks.json"], TimeSpan.FromHours(1), NullLogger<BlobWatcher>.Instance);

        async Task UntilAsync(int messages)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!await queue.ExistsAsync(limit.Token) || (await queue.GetPropertiesAsync(limit.Token)).Value.ApproximateMessagesCount < messages)
            {
                await Task.Delay(20, limit.Token);
            }

            Assert.Equal(messages, (await queue.GetPropertiesAsync(limit.Token)).Value.ApproximateMessagesCount);
        }
    }
}
