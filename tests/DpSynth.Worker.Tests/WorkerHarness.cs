using System.Text.Json;
using Azure.Storage.Queues;
using DpSynth.Catalogue;
using DpSynth.Imaging.Decoding;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Layout;
using DpSynth.Storage.Queues;
using DpSynth.Storage.Tests;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Generation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.Worker.Tests;

/// <summary>The app's side of the two queues, and workers to start. Tests run one after the other, each on empty queues.</summary>
[Collection(AzuriteTests.Name)]
public abstract class WorkerHarness(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly List<IHost> _workers = [];

    protected static CancellationToken None => CancellationToken.None;

    protected AzuriteFixture Azurite => azurite;

    protected string RunId { get; } = AzuriteFixture.NewName("run");

    protected ICandidateStore Candidates { get; } = new CandidateStore(azurite.Exchange.Candidates, new ImageDecoder(new DecodeLimits()), RequestParts.Json);

    protected QueueClient Jobs => azurite.Exchange.Queue(ExchangeLayout.GenerationJobs);

    protected QueueClient Poison => azurite.Exchange.Queue(ExchangeLayout.Poison(ExchangeLayout.GenerationJobs));

    private QueueClient Results => azurite.Exchange.Queue(ExchangeLayout.GenerationResults);

    public async Task InitializeAsync()
    {
        await Jobs.ClearMessagesAsync();
        await Poison.ClearMessagesAsync();
        await Results.ClearMessagesAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.StopAsync();
            worker.Dispose();
        }
    }

    protected GenerationJob NewJob(int shard = 0) => new(RunId, 0, shard, 0, shard * 10, 10);

    protected Task EnqueueAsync(params GenerationJob[] jobs) => new WorkerQueue(azurite.Exchange).EnqueueAsync(jobs, None);

    protected static Dictionary<string, string?> Settings(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Worker:Concurrency"] = "1",
            ["Worker:DrainTimeout"] = "00:00:00",
            ["Worker:RetryDelay"] = "00:00:00",
            ["Worker:ShortestPause"] = "00:00:00.02",
            ["Worker:LongestPause"] = "00:00:00.1",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return all;
    }

    protected string SignedAccess() => WorkerAccess.Sign(azurite.Exchange, TimeSpan.FromHours(1), TimeProvider.System).ToJson();

    /// <summary>Starts a worker that has signed access only, with a runner of the test's or, without one, the real one.</summary>
    private protected Task<IHost> StartWorkerAsync(JobRunner? runner, params (string Name, string Value)[] settings) =>
        StartAsync(runner, Settings([.. settings, (WorkerAccess.SettingName, SignedAccess())]));

    /// <summary>Starts a worker that has the account's connection string, as one with an identity of its own would.</summary>
    private protected Task<IHost> StartWorkerWithPoisonQueueAsync(JobRunner runner) =>
        StartAsync(runner, Settings((ExchangeAccount.SettingName, azurite.Configuration[ExchangeAccount.SettingName]!)));

    /// <summary>Starts a worker whose storage is the test's.</summary>
    private protected Task<IHost> StartWorkerAsync(JobRunner runner, WorkerStorage storage, params (string Name, string Value)[] settings) =>
        StartAsync(runner, Settings(settings), storage);

    /// <summary>The storage of a worker that takes its jobs off a queue of the test's.</summary>
    private protected WorkerStorage StorageWith(QueueClient jobs) => new(azurite.Exchange.Candidates, azurite.Exchange.Models, jobs, Results, poison: null);

    protected async Task StopAsync(IHost worker)
    {
        _workers.Remove(worker);
        await worker.StopAsync();
        worker.Dispose();
    }

    /// <summary>Waits for answers and takes them off the queue.</summary>
    protected async Task<IReadOnlyList<WorkerAnswer>> ReceiveResultsAsync(int count)
    {
        var results = new List<WorkerAnswer>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (results.Count < count)
        {
            foreach (var message in (await Results.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), limit.Token)).Value)
            {
                results.Add(JsonSerializer.Deserialize<WorkerAnswer>(message.Body.ToMemory().Span, SynthesisJson.Options)!);
                await Results.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }

            await Task.Delay(20, limit.Token);
        }

        return results;
    }

    /// <summary>Waits until no job is left, hidden or not, and sees that nobody answers beyond what was received.</summary>
    protected async Task AssertAllIsDoneAsync()
    {
        await WaitUntilAsync(async () => (await Jobs.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0);
        Assert.Equal(0, (await Results.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    protected static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task<IHost> StartAsync(JobRunner? runner, Dictionary<string, string?> settings, WorkerStorage? storage = null)
    {
        var builder = WorkerHost.CreateBuilder([], settings);
        builder.Logging.ClearProviders();
        if (runner is not null)
        {
            builder.Services.AddSingleton<IWorkerJobRunner>(runner);
        }

        if (storage is not null)
        {
            builder.Services.AddSingleton(storage);
        }

        var host = builder.Build();
        await host.StartAsync();
        _workers.Add(host);
        return host;
    }
}
