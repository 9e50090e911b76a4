using Azure.Storage.Blobs.Specialized;
using DpSynth.Catalogue;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.Operations;
using DpSynth.Storage.Layout;
using DpSynth.Storage.Queues;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>What the watch finds, each time with its healthy neighbour, which it must not report.</summary>
[Trait("host", "local")]
public sealed class WatchTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Watch_reports_what_an_operator_must_know_and_nothing_else()
    {
        await SmallDataset.UploadAsync(host.Storage, "tight", imagesPerClass: 3);
        await SmallDataset.UploadAsync(host.Storage, "roomy", imagesPerClass: 3);
        await host.Storage.Ledger.SetCapAsync("tight", 4.5, 1e-5, default);
        await host.Storage.Ledger.SetCapAsync("roomy", 9, 1e-5, default);
        await client.SendAsync(SmallDataset.Request("watched-tight", "tight", iterations: 1, population: 4));
        await client.SendAsync(SmallDataset.Request("watched-roomy", "roomy", iterations: 1, population: 4));
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("watched-tight")).State);
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("watched-roomy")).State);
        await host.Storage.Registry.RegisterAsync(RequestParts.Reader.Read(SmallDataset.Request("watched-changed", "changed")), submittedBy: null, default);
        await host.Storage.Ledger.OpenAsync("changed", default);
        var entries = host.Storage.PrivateAccount.Ledgers.GetAppendBlobClient(PrivateLayout.LedgerEntries("changed", 0));
        await entries.AppendBlockAsync(BinaryData.FromString("{ \"kind\": \"spend\" }\n").ToStream());
        await host.Storage.ExchangeAccount.Queue("generation-results-poison").CreateIfNotExistsAsync();
        await host.Storage.ExchangeAccount.Queue("generation-results-poison").SendMessageAsync("not an answer");
        await host.DurableTask.ScheduleNewOrchestrationInstanceAsync("NoSuchOrchestration", input: null, new("watched-failed"), default);
        await host.DurableTask.WaitForInstanceCompletionAsync("watched-failed", default);

        var log = new Lines();
        var stranded = host.Services.GetRequiredService<StrandedRuns>();
        var unstarted = host.Services.GetRequiredService<UnstartedRuns>();
        var poison = new PoisonQueues(host.Storage.ExchangeAccount);
        await new OnWatch(host.Storage.Registry, host.Storage.Ledger, stranded, unstarted, poison, TimeProvider.System, log)
            .RunAsync(new TimerInfo(), host.DurableTask, default);

        Assert.Equal(
            [
                "Ledger verification failed: the ledger of the dataset changed is not what was written. Stop, keep the account as it is, find out.",
                "Poison messages wait: 1 on the queue generation-results-poison.",
                "Privacy budget above 80 %: the dataset tight has spent 4 of its ε of 4.5.",
                "Run failed: watched-failed; its status says why.",
            ],
            log.Written.Order(StringComparer.Ordinal));
    }

    public void Dispose() => client.Dispose();

    private sealed class Lines : ILogger<OnWatch>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
