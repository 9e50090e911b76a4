using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Numerics;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Hosts and workers that are killed without warning.</summary>
[Trait("host", "local")]
public sealed class CrashTests(StorageFixture storage) : IClassFixture<StorageFixture>
{
    private const int Iterations = 8;
    private static readonly string[] Classes = ["a", "b", "c", "d", "e", "f"];

    [Fact]
    public async Task Host_killed_ten_times_in_one_run_ends_with_the_same_release_and_every_release_once()
    {
        await SmallDataset.UploadAsync(storage, "killed", imagesPerClass: 12, Classes);
        var folder = storage.NewDataFolder();
        using (var undisturbed = await TestProcess.StartHostAsync(storage, folder))
        {
            using var client = new RunClient(storage, undisturbed.Endpoint!);
            await client.SendAsync(Request("undisturbed"));
            Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("undisturbed")).State);
        }

        var random = new SeededRandom(20261122);
        var kills = 0;
        for (var started = false; kills < 10;)
        {
            using var host = await TestProcess.StartHostAsync(storage, folder);
            using var client = new RunClient(storage, host.Endpoint!);
            if (!started)
            {
                await client.SendAsync(Request("disturbed"));
                started = true;
            }

            await Task.Delay(TimeSpan.FromSeconds(random.NextDouble(0.2, 2.5)));
            var view = await client.FindAsync("disturbed");
            host.Kill();
            kills++;
            Assert.True(view is null or { State: RunState.Pending or RunState.Running }, "The run must be long enough to be killed ten times.");
        }

        using var last = await TestProcess.StartHostAsync(storage, folder);
        using var survivor = new RunClient(storage, last.Endpoint!);
        var run = await survivor.WaitForEndAsync("disturbed");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        var spending = (await storage.Ledger.ReadAsync("killed", default)).Runs.Single(spent => spent.RunId == "disturbed");
        Assert.Equal(
            ["class-counts", .. Enumerable.Range(1, Iterations).Select(iteration => $"iteration-{iteration:D3}")],
            spending.Measurements.Select(measurement => measurement.Key));
        Assert.All(spending.Measurements, measurement => Assert.NotNull(measurement.SpentAt));
        Assert.Equal(await ReleaseAsync("undisturbed"), await ReleaseAsync("disturbed"));
    }

    [Fact]
    public async Task Two_workers_share_a_run_and_one_that_is_killed_in_the_middle_of_a_job_is_replaced_by_the_other()
    {
        await SmallDataset.UploadAsync(storage, "shared", imagesPerClass: 6, Classes);
        var access = WorkerAccess.Sign(storage.ExchangeAccount, TimeSpan.FromHours(1), TimeProvider.System).ToJson();
        using var host = await TestProcess.StartHostAsync(storage, storage.NewDataFolder(), "--no-worker");
        using var client = new RunClient(storage, host.Endpoint!);
        using var first = await TestProcess.StartWorkerAsync(access, TimeSpan.FromSeconds(3));
        using var second = await TestProcess.StartWorkerAsync(access, TimeSpan.FromSeconds(3));

        // Large enough a population that a job takes its time; one shard a class.
        const string Even = "\"privacy\": { \"classCounts\": \"even\" },";
        await client.SendAsync(SmallDataset.Request("shared-1", "shared", Even, iterations: 2, population: 12_000));
        await client.WaitAsync("shared-1", view => view.Progress is { Stage: RunStage.Generating, Iteration: 1 });
        first.Kill();
        var run = await client.WaitForEndAsync("shared-1");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        for (var generation = 0; generation <= 2; generation++)
        {
            Assert.Equal(Enumerable.Range(0, 6), await storage.Candidates.ListShardsAsync("shared-1", generation, default));
        }
    }

    private static string Request(string runId) => SmallDataset.Request(runId, "killed", iterations: Iterations, population: 600);

    /// <summary>The synthetic images of a release, file by file.</summary>
    private async Task<IReadOnlyList<string>> ReleaseAsync(string runId)
    {
        var hashes = await storage.HashReleaseAsync(runId);
        Assert.Equal(Classes.Length, hashes.Count);
        return hashes;
    }
}
