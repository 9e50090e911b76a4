using DpSynth.Catalogue;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.EndToEnd.Tests.Runs;
using DpSynth.Functions.Operations;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.EndToEnd.Tests.StorageDeath;

/// <summary>Runs that are registered, and that nobody works on: how they begin, or how they end.</summary>
[Trait("host", "local")]
public sealed class LostEndsTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private static readonly string[] Keys = ["iteration-001", "iteration-002"];

    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Watch_starts_a_run_that_was_accepted_and_never_started()
    {
        await SmallDataset.UploadAsync(host.Storage, "accepted", imagesPerClass: 3);
        await RegisterAsync("accepted-1", "accepted");
        Assert.Equal(RunState.Pending, (await client.FindAsync("accepted-1"))!.State);

        await WatchAsync(TimeSpan.Zero);
        Assert.Equal(RunState.Pending, (await client.FindAsync("accepted-1"))!.State);
        await WatchAsync(TimeSpan.FromMinutes(6));

        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("accepted-1")).State);
    }

    [Fact]
    public async Task Host_starts_with_itself_a_run_that_was_accepted_and_never_started()
    {
        await SmallDataset.UploadAsync(host.Storage, "before-host", imagesPerClass: 3);
        await RegisterAsync("before-host-1", "before-host");
        using var second = await TestProcess.StartHostAsync(host.Storage, host.Storage.NewDataFolder());
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("before-host-1")).State);
    }

    [Fact]
    public async Task Run_that_was_closed_before_its_end_was_recorded_ends_with_a_sentence_and_is_not_begun_again()
    {
        await RegisterAsync("closed-1", "closed");
        await host.Storage.Candidates.MarkEndedAsync("closed-1", default);

        var unstarted = host.Services.GetRequiredService<UnstartedRuns>();
        Assert.DoesNotContain("closed-1", await unstarted.StartAsync(DateTimeOffset.MaxValue, host.DurableTask, default));

        var view = (await client.FindAsync("closed-1"))!;
        Assert.Equal(
            (RunState.Failed,
                "The run had ended, and the storage died before it was recorded how. What it spent stays spent; submit its request again under a new run id."),
            (view.State, view.Reason));
    }

    [Fact]
    public async Task Run_in_doubt_has_all_that_it_reserved_charged_and_ends_with_a_sentence()
    {
        await RegisterAsync("doubt-1", "doubt");
        PlannedMeasurement[] planned = [.. Keys.Select(key => new PlannedMeasurement(key, new GaussianEvent { NoiseMultiplier = 4 }))];
        await host.Storage.Ledger.ReserveAsync("doubt", "doubt-1", planned, default);
        await host.Storage.Ledger.SpendAsync("doubt", "doubt-1", "iteration-001", default);

        Assert.Equal(["doubt-1"], (await host.Services.GetRequiredService<DoubtfulRuns>().ChargeAsync(default)).Where(run => run == "doubt-1"));

        var share = Assert.Single((await host.Storage.Ledger.ReadAsync("doubt", default)).Runs);
        Assert.All(share.Measurements, measurement => Assert.NotNull(measurement.SpentAt));
        Assert.Equal(2, share.Measurements.Count);
        var view = (await client.FindAsync("doubt-1"))!;
        Assert.Equal(RunState.Failed, view.State);
        Assert.StartsWith("The storage died, and it cannot be told what the run had measured by then", view.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_that_is_announced_again_says_what_was_recorded()
    {
        await RegisterAsync("announced-1", "announced");
        var end = await host.Storage.Registry.RecordEndAsync("announced-1", new RunOutcome { State = RunState.Failed, Reason = "Once." }, default);

        await host.Services.GetRequiredService<StrandedRuns>().AnnounceAgainAsync(end, default);

        var messages = (await host.Storage.ExchangeAccount.Queue(ExchangeLayout.RunEvents).PeekMessagesAsync(32)).Value;
        Assert.Contains(
            messages.Select(static message => message.Body.ToString()),
            static text => text.Contains("announced-1", StringComparison.Ordinal) && text.Contains("Once.", StringComparison.Ordinal));
    }

    public void Dispose() => client.Dispose();

    /// <summary>The watch as it looks so much later.</summary>
    private Task WatchAsync(TimeSpan later) =>
        ActivatorUtilities.CreateInstance<OnWatch>(host.Services, new Later(later)).RunAsync(new TimerInfo(), host.DurableTask, default);

    private Task<Registration> RegisterAsync(string runId, string dataset) => host.Storage.Registry.RegisterAsync(
        RequestParts.Reader.Read(SmallDataset.Request(runId, dataset, iterations: 1, population: 4)), submittedBy: null, default);

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
