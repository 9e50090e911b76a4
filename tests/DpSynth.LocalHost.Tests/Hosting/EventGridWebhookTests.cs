using System.Net;
using System.Text;
using System.Text.Json;

namespace DpSynth.LocalHost.Tests.Hosting;

/// <summary>What Event Grid says to a function's address, and hears.</summary>
public sealed class EventGridWebhookTests(HostFixture fixture) : IClassFixture<HostFixture>, IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = fixture.Host.Endpoint };

    [Theory]
    [InlineData("""[{ "id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": { "validationCode": "512d38b6" } }]""")]
    [InlineData("""{ "id": "1", "specversion": "1.0", "data": "{ \"validationCode\": \"512d38b6\" }" }""")]
    public async Task Code_of_the_handshake_is_sent_back(string body)
    {
        using var answer = await SendAsync("OnCloudEvent", "SubscriptionValidation", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("512d38b6", said.RootElement.GetProperty("validationResponse").GetString());
    }

    [Theory]
    [InlineData("eventgrid.azure.net", "eventgrid.azure.net")]
    [InlineData("eventgrid.azure.us", "eventgrid.azure.us")]
    [InlineData("elsewhere.example.org", "eventgrid.azure.net")]
    public async Task Handshake_of_cloud_events_allows_event_grid_and_nobody_else(string origin, string allowed)
    {
        using var asking = new HttpRequestMessage(HttpMethod.Options, Address("OnCloudEvent"));
        asking.Headers.Add("WebHook-Request-Origin", origin);
        using var answer = await _http.SendAsync(asking);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([allowed], answer.Headers.GetValues("WebHook-Allowed-Origin"));
    }

    [Fact]
    public async Task Events_reach_functions_one_by_one_in_the_type_they_ask_for()
    {
        using var one = await SendAsync("OnCloudEvent", "Notification", """{ "specversion": "1.0", "id": "c1", "source": "/s", "type": "t" }""");
        using var two = await SendAsync("OnGridEvent", "notification", $"[{GridEvent("g1")}, {GridEvent("g2")}]");
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (one.StatusCode, two.StatusCode));
        Assert.Equal((1, 1, 1), (fixture.Inbox.Count("cloud c1 t"), fixture.Inbox.Count("grid g1 about"), fixture.Inbox.Count("grid g2 about")));
    }

    [Fact]
    public async Task One_event_that_fails_makes_all_of_them_come_again()
    {
        using var answer = await SendAsync("OnGridEvent", "Notification", $"[{GridEvent("g3")}, {GridEvent("bad")}]");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("by intention", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, fixture.Inbox.Count("grid g3 about"));
    }

    [Theory]
    [InlineData("OnGridEvent", "Unsubscribe", HttpStatusCode.Accepted)]
    [InlineData("OnGridEvent", null, HttpStatusCode.BadRequest)]
    [InlineData("OnGridEvent", "Something", HttpStatusCode.BadRequest)]
    [InlineData("Nobody", "Notification", HttpStatusCode.NotFound)]
    [InlineData("OnText", "Notification", HttpStatusCode.NotFound)]
    [InlineData("OnEventNoMore", "Notification", HttpStatusCode.NotFound)]
    public async Task Answers_say_what_became_of_it(string function, string? kind, HttpStatusCode status)
    {
        using var answer = await SendAsync(function, kind, GridEvent("g4"));
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task More_than_event_grid_sends_is_refused()
    {
        using var answer = await SendAsync("OnGridEvent", "Notification", $"[{GridEvent("g5")}{new string(' ', 1024 * 1024)}]");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(0, fixture.Inbox.Count("grid g5 about"));
    }

    public void Dispose() => _http.Dispose();

    private static string GridEvent(string id) =>
        $$"""{ "id": "{{id}}", "eventType": "t", "subject": "about", "eventTime": "2026-11-22T10:00:00Z", "dataVersion": "1", "data": { } }""";

    private static Uri Address(string function) => new($"runtime/webhooks/eventgrid?functionName={function}", UriKind.Relative);

    private async Task<HttpResponseMessage> SendAsync(string function, string? kind, string body)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Address(function));
        message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (kind is not null)
        {
            message.Headers.Add("aeg-event-type", kind);
        }

        return await _http.SendAsync(message);
    }
}
