using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Requests in events, as a custom topic of Event Grid delivers them to the queue <c>run-requests</c>.</summary>
public sealed class RequestByEventTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Theory]
    [InlineData("cloud-event")]
    [InlineData("grid-event")]
    public async Task Event_with_a_request_starts_its_run(string form)
    {
        await SmallDataset.UploadAsync(host.Storage, form, imagesPerClass: 3);
        using var request = JsonDocument.Parse(SmallDataset.Request($"{form}-1", form, iterations: 1, population: 4));

        await client.SendAsync(form == "cloud-event"
            ? JsonSerializer.Serialize(new CloudEvent("/elsewhere", "dpsynth.run.requested", request.RootElement))
            : JsonSerializer.Serialize(new EventGridEvent("anything", "dpsynth.run.requested", "1", request.RootElement)));

        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync($"{form}-1")).State);
    }

    [Fact]
    public async Task Same_request_by_queue_http_file_event_and_push_is_one_run()
    {
        await SmallDataset.UploadAsync(host.Storage, "five-ways", imagesPerClass: 3);
        var request = SmallDataset.Request("five-ways-1", "five-ways", iterations: 1, population: 4);
        using var parsed = JsonDocument.Parse(request);

        await client.SendAsync(request);
        using var posted = await client.Http.PostAsync(new Uri("api/runs", UriKind.Relative), new StringContent(request, Encoding.UTF8, "application/json"));
        await host.Storage.ExchangeAccount.Requests.UploadBlobAsync("five-ways.json", BinaryData.FromString(request));
        var asking = JsonSerializer.Serialize(new CloudEvent("/elsewhere", "dpsynth.run.requested", parsed.RootElement));
        await client.SendAsync(asking);
        Assert.Equal(HttpStatusCode.Accepted, await client.PushAsync(asking));

        posted.EnsureSuccessStatusCode();
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("five-ways-1")).State);
        Assert.Single((await host.Storage.Ledger.ReadAsync("five-ways", default)).Runs);
    }

    public void Dispose() => client.Dispose();
}
