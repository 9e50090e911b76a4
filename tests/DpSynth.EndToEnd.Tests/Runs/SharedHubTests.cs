using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Two hosts, as on two machines, with one pair of storage accounts.</summary>
[Trait("host", "local")]
public sealed class SharedHubTests(StorageFixture storage) : IClassFixture<StorageFixture>
{
    private const int Iterations = 8;
    private static readonly string[] Classes = ["a", "b", "c", "d", "e", "f"];

    [Fact]
    public async Task Two_hosts_share_a_run_and_one_that_is_killed_is_replaced_by_the_other_and_nothing_is_released_twice()
    {
        await SmallDataset.UploadAsync(storage, "hub", imagesPerClass: 12, Classes);
        var (left, right) = (storage.NewDataFolder(), storage.NewDataFolder());
        using var first = await TestProcess.StartHostAsync(storage, left);
        using (var client = new RunClient(storage, first.Endpoint!))
        {
            await client.SendAsync(Request("alone"));
            Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("alone")).State);
        }

        var before = Activities(left);
        using var second = await TestProcess.StartHostAsync(storage, right);
        using var survivor = new RunClient(storage, second.Endpoint!);
        await survivor.SendAsync(Request("together"));
        await survivor.WaitAsync("together", view => view.Progress is { Iteration: >= 4 });
        var (byFirst, bySecond) = (Activities(left), Activities(right));
        first.Kill();
        var run = await survivor.WaitForEndAsync("together");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        Assert.True(byFirst > before && bySecond > 0, $"{byFirst - before} activities on one host, {bySecond} on the other.");
        var spending = (await storage.Ledger.ReadAsync("hub", default)).Runs.Single(spent => spent.RunId == "together");
        Assert.Equal(
            ["class-counts", .. Enumerable.Range(1, Iterations).Select(iteration => $"iteration-{iteration:D3}")],
            spending.Measurements.Select(measurement => measurement.Key));
        Assert.All(spending.Measurements, measurement => Assert.NotNull(measurement.SpentAt));
        Assert.Equal(await storage.HashReleaseAsync("alone"), await storage.HashReleaseAsync("together"));
    }

    private static string Request(string runId) => SmallDataset.Request(runId, "hub", iterations: Iterations, population: 600);

    /// <summary>How many activities the host on a data folder has finished.</summary>
    private static int Activities(string dataFolder) =>
        File.Exists(Path.Combine(dataFolder, "activities.txt")) ? File.ReadAllLines(Path.Combine(dataFolder, "activities.txt")).Length : 0;
}
