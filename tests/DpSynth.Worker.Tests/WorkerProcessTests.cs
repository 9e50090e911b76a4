using System.Diagnostics;
using DpSynth.Imaging;
using DpSynth.Storage.Tests;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Worker.Tests;

/// <summary>The worker as a process of its own, doing real work.</summary>
public sealed class WorkerProcessTests(AzuriteFixture azurite) : WorkerHarness(azurite)
{
    private const int Count = 2000;

    [Fact]
    public async Task Killed_in_the_middle_of_a_job_another_worker_finishes_it()
    {
        await Candidates.WriteRecipeAsync(NewRecipe(lookahead: 32), None);
        var job = new GenerationJob(RunId, 0, 0, 0, 0, Count);
        await EnqueueAsync(job);

        using (var killed = StartProcess())
        {
            await WaitUntilAsync(async () => (await Jobs.PeekMessagesAsync(1)).Value.Length == 0);
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        Assert.False(await Candidates.ShardExistsAsync(job.ShardId, None));
        await StartWorkerAsync(runner: null);
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
        var shard = await Candidates.ReadCandidatesAsync(job.ShardId, withImages: true, None);
        Assert.Equal(Count, shard.Count);
        Assert.Equal(Count, (await Candidates.ReadEmbeddingsAsync(job.ShardId, None)).Rows);
    }

    [Fact]
    public async Task Told_to_stop_it_puts_its_job_back_and_ends_well()
    {
        await Candidates.WriteRecipeAsync(NewRecipe(lookahead: 64), None);
        await EnqueueAsync(new GenerationJob(RunId, 0, 0, 0, 0, Count));
        using var stopped = StartProcess(("Worker__Lease", "01:00:00"));
        await WaitUntilAsync(async () => (await Jobs.PeekMessagesAsync(1)).Value.Length == 0);
        using (var kill = Process.Start("kill", ["-TERM", $"{stopped.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await stopped.WaitForExitAsync();
        Assert.Equal(0, stopped.ExitCode);
        Assert.Equal(1, Assert.Single((await Jobs.PeekMessagesAsync(1)).Value).DequeueCount);
    }

    private Process StartProcess(params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "DpSynth.Worker.dll")]);
        start.Environment[WorkerAccess.SettingName] = SignedAccess();
        start.Environment["Worker__Concurrency"] = "1";
        start.Environment["Worker__Lease"] = "00:00:03";
        start.Environment["Worker__RenewEvery"] = "00:00:01";
        start.Environment["Logging__LogLevel__Default"] = "None";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private GenerationRecipe NewRecipe(int lookahead) => new()
    {
        RunId = RunId,
        Classes = [null],
        Generator = new DrawTextOptions { Fonts = [] },
        Embedder = new PixelsOptions(),
        Shape = new ImageShape(28, 28, 1),
        CandidatesPerShard = Count,
        Evolution = new EvolutionOptions
        {
            PopulationSizes = [Count, Count],
            VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(0.5)],
            Lookahead = lookahead,
        },
        Seed = 1,
    };
}
