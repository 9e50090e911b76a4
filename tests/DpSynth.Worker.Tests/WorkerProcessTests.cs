using System.Diagnostics;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.StableDiffusion;
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
    public async Task Told_to_stop_it_puts_its_job_back_and_another_does_it_without_a_try_lost()
    {
        await Candidates.WriteRecipeAsync(NewRecipe(lookahead: 64), None);
        var job = new GenerationJob(RunId, 0, 0, 0, 0, Count);
        await EnqueueAsync(job);
        using var stopped = StartProcess(("Worker__Lease", "01:00:00"), ("Worker__MaxDequeueCount", "1"));
        await WaitUntilAsync(async () => (await Jobs.PeekMessagesAsync(1)).Value.Length == 0);
        await TerminateAsync(stopped);
        Assert.Equal(0, stopped.ExitCode);
        Assert.Equal(1, Assert.Single((await Jobs.PeekMessagesAsync(1)).Value).DequeueCount);

        await StartWorkerAsync(runner: null, ("Worker:MaxDequeueCount", "1"));
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
        Assert.True(await Candidates.ShardExistsAsync(job.ShardId, None));
    }

    [Fact]
    public async Task Refuses_a_model_that_is_not_the_one_its_run_pinned()
    {
        var recipe = NewRecipe(lookahead: 0) with
        {
            Generator = new StableDiffusionOptions { Model = "tiny-sd", ModelHash = new string('0', 64), Prompts = ["an emoji"] },
            Shape = new ImageShape(32, 32, 3),
        };
        await Candidates.WriteRecipeAsync(recipe, None);
        await EnqueueAsync(new GenerationJob(RunId, 0, 0, 0, 0, 1));
        await StartWorkerAsync(runner: null);
        var error = Assert.Single(await ReceiveResultsAsync(1)).Error;
        Assert.Contains("The run pinned the model 'tiny-sd' as 000000000000…, but this machine holds it as", error, StringComparison.Ordinal);
        await AssertAllIsDoneAsync();
    }

    [Fact]
    public async Task Sends_its_measurements_and_traces_when_it_is_told_to_stop()
    {
        await using var collector = await Collector.StartAsync();
        await Candidates.WriteRecipeAsync(NewRecipe(lookahead: 0), None);
        await EnqueueAsync(new GenerationJob(RunId, 0, 0, 0, 0, 10));
        using var worker = StartProcess(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await TerminateAsync(worker);
        string[] instruments = ["jobs", "jobs.active", "images", "job.duration", "job.wait"];
        Assert.All(instruments, name => Assert.Contains($"dpsynth.worker.{name}", collector.Received("/v1/metrics"), StringComparison.Ordinal));
        Assert.Contains("generation job", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain(RunId, collector.Received("/v1/metrics"), StringComparison.Ordinal);
    }

    private static async Task TerminateAsync(Process process)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
    }

    private Process StartProcess(params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "DpSynth.Worker.dll")]);
        start.Environment[WorkerAccess.SettingName] = SignedAccess();
        start.Environment["Worker__Concurrency"] = "1";
        start.Environment["Worker__DrainTimeout"] = "00:00:00";
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
        Steps = [new GenerationStep { Candidates = Count, Degree = VariationDegree.Of(1), Lookahead = new(lookahead, VariationDegree.Of(0.5)) }],
        Seed = 1,
    };
}
