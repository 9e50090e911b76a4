using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.EndToEnd.Tests.Runs;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Makers;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.ImageApi;

[Trait("host", "local")]
public sealed class PaidTwiceTests(StorageFixture storage) : IClassFixture<StorageFixture>
{
    private const int AtOnce = 4;
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Worker_killed_in_the_middle_of_a_job_makes_the_next_pay_for_no_more_than_was_under_way()
    {
        await SmallDataset.UploadAsync(storage, "paid", imagesPerClass: 6);
        await using var server = await LoopbackImageServer.StartAsync(
            new ImageServerOptions { Maker = new ColourImageMaker(), Latency = TimeSpan.FromMilliseconds(100) }, CancellationToken.None);
        var access = WorkerAccess.Sign(storage.ExchangeAccount, TimeSpan.FromHours(1), TimeProvider.System).ToJson();
        using var host = await TestProcess.StartHostAsync(storage, storage.NewDataFolder(), "--no-worker");
        using var client = new RunClient(storage, host.Endpoint!);
        using var first = await StartWorkerAsync();
        await client.SendAsync(PretendImages.Request("paid-1", "paid"));
        await client.WaitAsync("paid-1", _ => server.Counts.Answered >= 30);
        first.Kill();
        using var second = await StartWorkerAsync();
        var run = await client.WaitForEndAsync("paid-1");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        Assert.InRange(server.Counts.Billed, PretendImages.Images, PretendImages.Images + AtOnce);
        Assert.InRange(run.Spending!.Images, PretendImages.Images, PretendImages.Images + AtOnce);

        // What the dead worker had set aside stays visible, and covers what it may have paid.
        Assert.InRange(run.Spending.Held, 0, AtOnce * PretendImages.Price);
        Assert.True(run.Spending.Cost + run.Spending.Held >= PretendImages.Price * server.Counts.Billed);

        Task<TestProcess> StartWorkerAsync() => TestProcess.StartWorkerAsync(
            access,
            _lease,
            ("ImageApi__Endpoint", server.Endpoint.AbsoluteUri),
            ("ImageApi__Authentication", "None"),
            ("ImageApi__InitialConcurrency", $"{AtOnce}"),
            ("ImageApi__MaxConcurrency", $"{AtOnce}"));
    }
}
