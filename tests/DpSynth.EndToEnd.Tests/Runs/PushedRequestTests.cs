using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.EventPush;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Requests in events that Event Grid pushes to the app.</summary>
public sealed class PushedRequestTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private static readonly Uri _address = new($"api/{OnRequestPushed.Route}", UriKind.Relative);

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
    public async Task Batch_of_events_in_event_grids_form_starts_all_of_their_runs_and_records_what_cannot_be_served()
    {
        await SmallDataset.UploadAsync(host.Storage, "pushed-batch", imagesPerClass: 3);
        var events = new[] { ("batch-1", 4.0), ("batch-bad", 0), ("batch-2", 4) }.Select(run => new EventGridEvent(
            "anything", "dpsynth.run.requested", "1",
            JsonDocument.Parse(SmallDataset.Request(run.Item1, "pushed-batch", iterations: 1, population: 4, epsilon: run.Item2)).RootElement));

        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(JsonSerializer.Serialize(events), "application/json"));

        Assert.Equal(RunState.Refused, (await client.FindAsync("batch-bad"))!.State);
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("batch-1")).State);
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("batch-2")).State);
    }

    [Fact]
    public async Task Event_in_the_binary_form_starts_its_run()
    {
        await SmallDataset.UploadAsync(host.Storage, "pushed-binary", imagesPerClass: 3);
        using var message = Post(SmallDataset.Request("binary-1", "pushed-binary", iterations: 1, population: 4), "application/json");
        (string Name, string Value)[] headers =
            [("ce-specversion", "1.0"), ("ce-id", "%C3%A4"), ("ce-source", "/elsewhere"), ("ce-type", "dpsynth.run%2Erequested")];
        foreach (var (name, value) in headers)
        {
            message.Headers.Add(name, value);
        }

        using var answer = await client.Http.SendAsync(message);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("binary-1")).State);
    }

    [Fact]
    public async Task Event_grids_handshakes_are_answered()
    {
        using var asking = new HttpRequestMessage(HttpMethod.Options, _address);
        asking.Headers.Add("WebHook-Request-Origin", "eventgrid.azure.net");
        using var welcome = await client.Http.SendAsync(asking);
        Assert.Equal(HttpStatusCode.OK, welcome.StatusCode);
        Assert.Equal(["eventgrid.azure.net"], welcome.Headers.GetValues("WebHook-Allowed-Origin"));
        Assert.Equal(["*"], welcome.Headers.GetValues("WebHook-Allowed-Rate"));

        using var validation = Post(
            """[{ "id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": { "validationCode": "512d38b6" } }]""",
            "application/json");
        validation.Headers.Add("aeg-event-type", "SubscriptionValidation");
        using var answer = await client.Http.SendAsync(validation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("512d38b6", said.RootElement.GetProperty("validationResponse").GetString());
    }

    [Theory]
    [InlineData("[{]", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{}", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, "application/json", HttpStatusCode.RequestEntityTooLarge)]
    public async Task What_is_no_event_is_answered_with_a_problem(string? body, string contentType, HttpStatusCode status)
    {
        using var message = Post(body ?? new string(' ', (1024 * 1024) + 1), contentType);
        using var answer = await client.Http.SendAsync(message);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Event_that_cannot_be_served_is_taken_and_what_is_none_refused_and_their_reasons_recorded()
    {
        await SmallDataset.UploadAsync(host.Storage, "pushed-badly", imagesPerClass: 3);
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(Event("pushed-bad", "pushed-badly", epsilon: 0)));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(Event("pushed-taken", "pushed-badly")));
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(Event("pushed-taken", "pushed-badly", "other/event 1", epsilon: 3)));
        Assert.Equal(
            HttpStatusCode.Accepted,
            await client.PushAsync(JsonSerializer.Serialize(new CloudEvent("/elsewhere", "other.type", new { }) { Id = "of-another-type" })));
        Assert.Equal(HttpStatusCode.BadRequest, await client.PushAsync("""{ "runId": "no-event" }"""));

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

    private static HttpRequestMessage Post(string body, string contentType) =>
        new(HttpMethod.Post, _address) { Content = new StringContent(body, Encoding.UTF8, contentType) };

    private static string Event(string runId, string dataset, string? id = null, double epsilon = 4)
    {
        using var request = JsonDocument.Parse(SmallDataset.Request(runId, dataset, iterations: 1, population: 4, epsilon: epsilon));
        return JsonSerializer.Serialize(new CloudEvent("/elsewhere", "dpsynth.run.requested", request.RootElement) { Id = id ?? runId });
    }
}
