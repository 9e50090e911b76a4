using System.Net;
using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Requests in events that Event Grid pushes to the app.</summary>
public sealed class PushedRequestTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Same_event_pushed_twice_is_one_run()
    {
        await SmallDataset.UploadAsync(host.Storage, "pushed", imagesPerClass: 3);
        var pushed = Event("pushed-1", "pushed");

        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(pushed));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(pushed));

        var run = await client.WaitForEndAsync("pushed-1");
        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(pushed));
        Assert.Single((await host.Storage.Ledger.ReadAsync("pushed", default)).Runs);
        Assert.Null((await host.Storage.Registry.ReadAsync("pushed-1", default))!.SubmittedBy);
    }

    [Fact]
    public async Task Batch_of_events_in_event_grids_form_starts_all_of_their_runs()
    {
        await SmallDataset.UploadAsync(host.Storage, "pushed-batch", imagesPerClass: 3);
        var events = new[] { "batch-1", "batch-2" }.Select(runId => new EventGridEvent(
            "anything", "dpsynth.run.requested", "1", JsonDocument.Parse(SmallDataset.Request(runId, "pushed-batch", iterations: 1, population: 4)).RootElement));

        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(JsonSerializer.Serialize(events)));

        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("batch-1")).State);
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("batch-2")).State);
    }

    [Fact]
    public async Task Event_that_cannot_be_served_is_taken_and_its_reason_recorded()
    {
        await SmallDataset.UploadAsync(host.Storage, "pushed-badly", imagesPerClass: 3);
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(Event("pushed-bad", "pushed-badly", epsilon: 0)));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(Event("pushed-taken", "pushed-badly")));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(Event("pushed-taken", "pushed-badly", "other/event 1", epsilon: 3)));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(JsonSerializer.Serialize(new CloudEvent("/elsewhere", "other.type", new { }) { Id = "of-another-type" })));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync("""{ "runId": "no-event" }"""));

        var refused = await client.FindAsync("pushed-bad");
        Assert.Equal(RunState.Refused, refused!.State);
        Assert.StartsWith("'epsilon' is 0", refused.Reason, StringComparison.Ordinal);
        var reasons = new Dictionary<string, string>();
        await foreach (var rejection in host.Storage.Registry.ListRejectionsAsync(default))
        {
            reasons.Add(rejection.MessageId!, rejection.Reason);
        }

        Assert.StartsWith("The run id 'pushed-taken' belongs to a different request", reasons["other/event 1"], StringComparison.Ordinal);
        Assert.StartsWith("Only events of the type 'dpsynth.run.requested'", reasons["of-another-type"], StringComparison.Ordinal);
        Assert.Single(reasons, reason => reason.Value.StartsWith("What was pushed is no event", StringComparison.Ordinal));
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("pushed-taken")).State);
    }

    public void Dispose() => client.Dispose();

    private static string Event(string runId, string dataset, string? id = null, double epsilon = 4)
    {
        using var request = JsonDocument.Parse(SmallDataset.Request(runId, dataset, iterations: 1, population: 4, epsilon: epsilon));
        return JsonSerializer.Serialize(new CloudEvent("/elsewhere", "dpsynth.run.requested", request.RootElement) { Id = id ?? runId });
    }
}
