using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DpSynth.Storage.Models;
using DpSynth.Storage.Tests;
using DpSynth.Synthesis.Models;

namespace DpSynth.Worker.Tests;

/// <summary>What the probes of a container are told.</summary>
public sealed class HealthTests(AzuriteFixture azurite) : WorkerHarness(azurite)
{
    private readonly HttpClient _client = new();
    private readonly int _port = FreePort();

    [Fact]
    public async Task Worker_that_takes_jobs_is_live_and_ready()
    {
        await StartAsync();
        await WaitUntilAsync(async () => await AskAsync("ready") == (HttpStatusCode.OK, "ready"));
        Assert.Equal((HttpStatusCode.OK, "live"), await AskAsync("live"));
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("")).Status);
    }

    [Fact]
    public async Task Worker_that_drains_is_live_but_no_longer_ready()
    {
        var finish = new TaskCompletionSource();
        var runner = new JobRunner((_, _) => finish.Task);
        await EnqueueAsync(NewJob());
        var worker = await StartAsync(runner, ("Worker:DrainTimeout", "00:01:00"));
        await WaitUntilAsync(() => Task.FromResult(!runner.Begun.IsEmpty));
        var stopped = StopAsync(worker);
        await WaitUntilAsync(async () => await AskAsync("ready") == (HttpStatusCode.ServiceUnavailable, "stopping"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("live")).Status);
        finish.SetResult();
        await stopped;
        Assert.Single(await ReceiveResultsAsync(1));
    }

    [Fact]
    public async Task Worker_without_its_warm_model_is_live_and_not_ready()
    {
        await StartAsync(null, ("Worker:WarmModel", "no-such-model"));
        await WaitUntilAsync(async () => (await AskAsync("live")).Status == HttpStatusCode.OK);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the model is not loaded"), await AskAsync("ready"));
    }

    [Fact]
    public async Task Worker_fetches_its_warm_model_from_the_container_and_is_ready()
    {
        var name = AzuriteFixture.NewName("tiny");
        var cache = Directory.CreateTempSubdirectory("dpsynth-models-");
        var folder = Path.Combine(DpSynth.Models.Folders.ModelDirectory.Nearest().Path, "tiny-sd");
        var index = await new FileHashes().IndexAsync(folder, None);
        await new ModelContainer(Azurite.Exchange.Models).PushAsync(name, folder, index, null, None);
        var worker = await StartAsync(null, ("Worker:WarmModel", name), ("Models:Cache", cache.FullName));
        await WaitUntilAsync(async () => (await AskAsync("ready")).Status == HttpStatusCode.OK);
        Assert.True(Directory.Exists(Path.Combine(cache.FullName, index.Fingerprint, "unet")));
        await StopAsync(worker);
        cache.Delete(recursive: true);
    }

    [Fact]
    public async Task Program_asks_the_worker_beside_it_whether_it_lives()
    {
        Assert.Equal(1, await ProbeAsync());
        await StartAsync();
        Assert.Equal(0, await ProbeAsync());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<Microsoft.Extensions.Hosting.IHost> StartAsync(JobRunner? runner = null, params (string Name, string Value)[] settings) => StartWorkerAsync(
        runner ?? JobRunner.Instant(),
        [.. settings, ("Worker:HealthPort", _port.ToString(CultureInfo.InvariantCulture)), ("Worker:HealthOnLoopback", "true")]);

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(string what)
    {
        using var answer = await _client.GetAsync(new Uri($"http://localhost:{_port}/health/{what}"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<int> ProbeAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "DpSynth.Worker.dll"), "health"]);
        start.Environment["Worker__HealthPort"] = _port.ToString(CultureInfo.InvariantCulture);
        using var probe = Process.Start(start)!;
        await probe.WaitForExitAsync();
        return probe.ExitCode;
    }
}
