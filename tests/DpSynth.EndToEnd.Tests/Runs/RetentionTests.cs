using Azure.Storage.Blobs.Specialized;
using DpSynth.Catalogue;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.Operations;
using DpSynth.Functions.Orchestration;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Functions.Retention;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>What stays of runs that are over, and how runs end whose orchestration cannot end them.</summary>
[Trait("host", "local")]
public sealed class RetentionTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task History_and_work_go_when_their_time_is_over_and_the_status_stays()
    {
        await SmallDataset.UploadAsync(host.Storage, "kept", imagesPerClass: 3);
        await client.SendAsync(SmallDataset.Request("kept-1", "kept", iterations: 1, population: 4));
        var before = await client.WaitForEndAsync("kept-1");
        Assert.Equal(RunState.Succeeded, before.State);
        await host.DurableTask.WaitForInstanceCompletionAsync("kept-1", default);

        await ClearAsync(TimeSpan.FromDays(29));
        Assert.NotNull(await host.DurableTask.GetInstanceAsync("kept-1", default));
        Assert.Contains(await WorkAsync("kept-1"), name => name.Contains("/votes/", StringComparison.Ordinal));
        Assert.NotEmpty(await host.Storage.Candidates.ListShardsAsync("kept-1", 1, default));

        // A backup has taken snapshots, and holds one blob just now.
        var votes = (await WorkAsync("kept-1")).Where(name => name.Contains("/votes/", StringComparison.Ordinal)).ToList();
        await host.Storage.PrivateAccount.Work.GetBlobClient(votes[0]).CreateSnapshotAsync();
        var backup = host.Storage.PrivateAccount.Work.GetBlobClient(votes[0]).GetBlobLeaseClient();
        await backup.AcquireAsync(TimeSpan.FromSeconds(-1));
        Assert.Equal(
            "1 files of runs that ended more than 30 days ago are kept by a legal hold, an immutability policy or a lease on them, and could not be deleted.",
            await ClearAsync(TimeSpan.FromDays(31)));
        Assert.Equal(votes[..1], (await WorkAsync("kept-1")).Where(name => name.Contains("/votes/", StringComparison.Ordinal)));
        await backup.ReleaseAsync();

        Assert.Null(await ClearAsync(TimeSpan.FromDays(31)));
        Assert.Null(await host.DurableTask.GetInstanceAsync("kept-1", default));
        Assert.Equal(before, await client.FindAsync("kept-1"));
        Assert.Empty(await host.Storage.Candidates.ListShardsAsync("kept-1", 1, default));
        Assert.True(await host.Storage.Candidates.HasEndedAsync("kept-1", default));
        Assert.NotNull(await host.Storage.Candidates.ReadRecipeAsync("kept-1", default));
        var left = await WorkAsync("kept-1");
        Assert.DoesNotContain(left, name => name.Contains("/votes/", StringComparison.Ordinal) || name.Contains("/embeddings/", StringComparison.Ordinal));
        Assert.Contains(left, name => name.Contains("/released/", StringComparison.Ordinal));
        Assert.NotEmpty(await host.Storage.Releases.ListAsync("kept-1", default));

        // Sent once more, the request is still the run that has ended.
        await client.SendAsync(SmallDataset.Request("kept-1", "kept", iterations: 1, population: 4));
        await client.SendAsync(SmallDataset.Request("kept-2", "kept", iterations: 1, population: 4, epsilon: 1));
        await client.WaitForEndAsync("kept-2");
        Assert.Equal(before, await client.FindAsync("kept-1"));
        Assert.Null(await host.DurableTask.GetInstanceAsync("kept-1", default));
    }

    [Fact]
    public async Task Run_of_an_unknown_plan_fails_with_one_sentence_and_frees_its_reservation()
    {
        await host.Storage.Registry.RegisterAsync(RequestParts.Reader.Read(SmallDataset.Request("newer-1", "newer")), submittedBy: null, default);
        await host.Storage.PrivateStore.TryCreateRecordAsync(
            "newer-1", RunPlan.RecordName, new { SchemaVersion = 9, Request = new { Dataset = "newer", Unheard = true }, Pieces = 3 }, default);
        await host.Storage.Ledger.ReserveAsync(
            "newer", "newer-1", [new PlannedMeasurement("iteration-001", new GaussianEvent { NoiseMultiplier = 20 })], default);

        var state = new EvolutionState { Run = new RunCursor { RunId = "newer-1", Iterations = 2, Step = RunStep.Work, PlanVersion = 9, Lanes = 1 } };
        await host.DurableTask.ScheduleNewOrchestrationInstanceAsync(
            PrivateEvolutionOrchestrator.Name, state, new StartOrchestrationOptions("newer-1"), default);

        var run = await client.WaitForEndAsync("newer-1");
        Assert.Equal((RunState.Failed, UnknownPlan.Refusal(9).Sentence), (run.State, run.Reason));
        Assert.True(Assert.Single((await host.Storage.Ledger.ReadAsync("newer", default)).Runs).Closed);
    }

    [Fact]
    public async Task Run_whose_orchestration_was_terminated_is_ended_by_the_watch()
    {
        await SmallDataset.UploadAsync(host.Storage, "stranded", imagesPerClass: 3);
        await client.SendAsync(SmallDataset.Request("stranded-1", "stranded", iterations: 60, population: 400));
        await client.WaitAsync("stranded-1", run => run.Progress?.Iteration >= 1);
        await host.DurableTask.TerminateInstanceAsync("stranded-1", default(CancellationToken));
        await host.DurableTask.WaitForInstanceCompletionAsync("stranded-1", default);
        Assert.False(Assert.Single((await host.Storage.Ledger.ReadAsync("stranded", default)).Runs).Closed);

        await host.Services.GetRequiredService<StrandedRuns>().EndAsync(host.DurableTask, default);

        var run = await client.FindAsync("stranded-1");
        Assert.Equal((RunState.Cancelled, "The run's orchestration was terminated."), (run!.State, run.Reason));
        Assert.True(Assert.Single((await host.Storage.Ledger.ReadAsync("stranded", default)).Runs).Closed);
        Assert.True(await host.Storage.Candidates.HasEndedAsync("stranded-1", default));
    }

    public void Dispose() => client.Dispose();

    /// <summary>Clears away; returns the warning, if there is one.</summary>
    private async Task<string?> ClearAsync(TimeSpan later)
    {
        var log = new LastWarning();
        await new OnRetention(
            host.Storage.Registry,
            host.Storage.PrivateStore,
            host.Storage.Candidates,
            Options.Create(new RetentionOptions { Days = 30 }),
            new Later(later),
            log).RunAsync(new TimerInfo(), host.DurableTask, default);
        return log.Text;
    }

    private async Task<IReadOnlyList<string>> WorkAsync(string runId)
    {
        var names = new List<string>();
        await foreach (var blob in host.Storage.PrivateAccount.Work.GetBlobsAsync(new() { Prefix = $"{runId}/" }))
        {
            names.Add(blob.Name);
        }

        return names;
    }

    private sealed class LastWarning : ILogger<OnRetention>
    {
        public string? Text { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text = logLevel >= LogLevel.Warning ? formatter(state, exception) : Text;
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
