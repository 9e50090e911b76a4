using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Storage that is away in the middle of a run.</summary>
[Trait("host", "local")]
public sealed class OutageTests(StorageFixture storage) : IClassFixture<StorageFixture>
{
    private const int Iterations = 4;

    /// <summary>Long enough that calls in flight use up their own retries. Two minutes were tried by hand, with the same result.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Run_outlasts_an_outage_of_its_storage_and_makes_each_release_once()
    {
        await SmallDataset.UploadAsync(storage, "outage", imagesPerClass: 6);
        using var host = await TestProcess.StartHostAsync(storage, storage.NewDataFolder());
        using var client = new RunClient(storage, host.Endpoint!);
        await client.SendAsync(Request("undisturbed"));
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("undisturbed")).State);

        await client.SendAsync(Request("disturbed"));
        await client.WaitAsync("disturbed", view => view.Progress is { Iteration: >= 2, Stage: RunStage.Generating or RunStage.Voting });
        await storage.BreakOffAsync(Outage);
        var run = await client.WaitForEndAsync("disturbed");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        var spending = (await storage.Ledger.ReadAsync("outage", default)).Runs.Single(spent => spent.RunId == "disturbed");
        Assert.Equal(
            ["class-counts", .. Enumerable.Range(1, Iterations).Select(iteration => $"iteration-{iteration:D3}")],
            spending.Measurements.Select(measurement => measurement.Key));
        Assert.All(spending.Measurements, measurement => Assert.NotNull(measurement.SpentAt));
        Assert.Equal(await storage.HashReleaseAsync("undisturbed"), await storage.HashReleaseAsync("disturbed"));
    }

    private static string Request(string runId) => SmallDataset.Request(runId, "outage", iterations: Iterations, population: 200);
}
