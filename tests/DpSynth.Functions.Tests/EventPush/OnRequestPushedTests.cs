using System.Text;
using System.Text.Json;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Tests.EventPush;

/// <summary>What publishers of events say to the app, and hear.</summary>
public sealed class OnRequestPushedTests
{
    private const string Topic = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/topics/ours";

    private static readonly EventPushOptions _ours = new() { Topic = Topic, Subscription = "run-requests-pushed" };

    [Theory]
    [InlineData("""
        [{
          "id": "1", "topic": "/subscriptions/s", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
          "data": { "validationCode": "512d38b6", "validationUrl": "https://x" }
        }]
        """)]
    [InlineData("""{ "id": "1", "specversion": "1.0", "data": "{ \"validationCode\": \"512d38b6\" }" }""")]
    public async Task Code_of_the_handshake_is_sent_back_to_the_subscription_that_is_wanted(string body)
    {
        using var receiver = new Receiver(_ours);
        var answer =
            await receiver.PushAsync(body, Receiver.Json, ("aeg-event-type", "SubscriptionValidation"), ("aeg-subscription-name", "RUN-REQUESTS-PUSHED"));
        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Headers.ContentType.ToString()));
        Assert.Equal("512d38b6", JsonDocument.Parse(answer.Body).RootElement.GetProperty("validationResponse").GetString());
        Assert.Equal(
            403, (await receiver.PushAsync(body, Receiver.Json, ("aeg-event-type", "SubscriptionValidation"), ("aeg-subscription-name", "ANOTHER"))).Status);
        Assert.Empty(receiver.Runs.Rejections);
    }

    [Theory]
    [InlineData("eventgrid.azure.net", true)]
    [InlineData("eventgrid.azure.us", true)]
    [InlineData("eventgrid.azure.cn", true)]
    [InlineData("elsewhere.example.org", false)]
    [InlineData("eventgrid.azure.net, elsewhere.example.org", false)]
    [InlineData(null, false)]
    public async Task Handshake_by_options_welcomes_event_grid_and_nobody_else(string? origin, bool welcome)
    {
        using var receiver = new Receiver(_ours);
        (string, string)[] headers = origin is null ? [] : [("WebHook-Request-Origin", origin), ("WebHook-Request-Rate", "120")];
        var answer = await receiver.SendAsync(HttpMethods.Options, Stream.Null, 0, contentType: null, headers);
        Assert.Equal(welcome ? 200 : 403, answer.Status);
        Assert.Equal(welcome ? origin : "", answer.Headers["WebHook-Allowed-Origin"].ToString());
        Assert.Equal(welcome ? "*" : "", answer.Headers["WebHook-Allowed-Rate"].ToString());
        Assert.Contains("POST", answer.Headers.Allow.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuthenticationMode.None, "ann AzureEventGridSecureWebhookSubscriber", 401)]
    [InlineData(AuthenticationMode.EasyAuth, null, 401)]
    [InlineData(AuthenticationMode.EasyAuth, "ann Runs.Submit Runs.Read.All Datasets.Manage", 403)]
    [InlineData(AuthenticationMode.EasyAuth, "grid AzureEventGridSecureWebhookSubscriber", 202)]
    [InlineData(AuthenticationMode.Development, null, 202)]
    public async Task Only_holders_of_the_role_push_and_ask_whether_they_may(AuthenticationMode mode, string? who, int status)
    {
        using var receiver = new Receiver(mode: mode);
        (string, string)[] caller = who?.Split(' ') is [var id, .. var roles]
            ? [(CallerReader.PrincipalHeader, Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new
                {
                    claims = roles.Select(role => new { typ = "roles", val = role }).Prepend(new { typ = "oid", val = id }),
                })))]
            : [];
        Assert.Equal(status, (await receiver.PushAsync(Receiver.CloudEvent("a"), Receiver.CloudEvents, caller)).Status);
        Assert.Equal(status == 202 ? ["a"] : [], receiver.Runs.Asked);
        var asking = await receiver.SendAsync(HttpMethods.Options, Stream.Null, 0, null, [.. caller, ("WebHook-Request-Origin", "eventgrid.azure.net")]);
        Assert.Equal(status == 202 ? 200 : status, asking.Status);
        Assert.Equal(status == 202, asking.Headers.ContainsKey("WebHook-Allowed-Origin"));
    }

    [Theory]
    [InlineData("RUN-REQUESTS-PUSHED", 202)]
    [InlineData("run-requests-pushed", 202)]
    [InlineData("run-requests", 403)]
    [InlineData("", 403)]
    [InlineData(null, 403)]
    public async Task One_subscription_may_push_where_one_is_named(string? name, int status)
    {
        using var receiver = new Receiver(new EventPushOptions { Subscription = _ours.Subscription });
        (string, string)[] headers = name is null ? [] : [("aeg-subscription-name", name)];
        Assert.Equal(status, (await receiver.PushAsync(Receiver.CloudEvent("a"), Receiver.CloudEvents, headers)).Status);
        Assert.Equal(status == 202, !receiver.Runs.Asked.IsEmpty);
    }

    [Theory]
    [InlineData($"\"{Topic}\"", 202)]
    [InlineData("\"/SUBSCRIPTIONS/S/resourcegroups/g/providers/microsoft.eventgrid/topics/ours\"", 202)]
    [InlineData("\"/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/topics/other\"", 403)]
    [InlineData("\"\"", 403)]
    [InlineData("null", 403)]
    [InlineData("5", 403)]
    [InlineData("{}", 403)]
    [InlineData("\"\\ud800\"", 400)]
    public async Task Events_in_event_grids_schema_are_taken_from_one_topic_where_one_is_named(string topic, int status)
    {
        using var receiver = new Receiver(new EventPushOptions { Topic = Topic });
        Assert.Equal(status, (await receiver.PushAsync($"[{Receiver.GridEvent("a", topic)}]")).Status);
        Assert.Equal(status == 202, !receiver.Runs.Asked.IsEmpty);
    }

    [Theory]
    [InlineData("""
        [{
          "id": "e", "subject": "s", "eventType": "dpsynth.run.requested", "eventTime": "2026-11-22T10:00:00Z", "dataVersion": "1", "data": {}
        }]
        """)]
    [InlineData("""[{ "runId": "no event" }]""")]
    [InlineData("""["topic"]""")]
    public async Task What_names_no_topic_is_not_from_the_one_that_is_named(string body)
    {
        using var receiver = new Receiver(new EventPushOptions { Topic = Topic });
        Assert.Equal(403, (await receiver.PushAsync(body)).Status);
        Assert.Empty(receiver.Runs.Rejections);
    }

    [Fact]
    public async Task Nothing_of_a_push_is_taken_if_any_of_it_is_from_another_topic()
    {
        using var receiver = new Receiver(new EventPushOptions { Topic = Topic });
        Assert.Equal(403, (await receiver.PushAsync($"[{Receiver.GridEvent("a", $"\"{Topic}\"")}, {Receiver.GridEvent("b", "\"/other\"")}]")).Status);
        Assert.Empty(receiver.Runs.Asked);
    }

    [Fact]
    public async Task Cloud_events_name_their_publisher_and_are_taken_whatever_topic_is_named()
    {
        using var receiver = new Receiver(new EventPushOptions { Topic = Topic });
        var withExtension = Receiver.CloudEvent("b").Replace("\"id\"", "\"topic\":\"news\",\"id\"", StringComparison.Ordinal);
        Assert.Equal(202, (await receiver.PushAsync($"[{Receiver.CloudEvent("a")}, {withExtension}]", Receiver.CloudEvents)).Status);
        Assert.Equal(["a", "b"], receiver.Runs.Asked.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("SubscriptionDeletion", 202)]
    [InlineData("Unsubscribe", 202)]
    [InlineData("notification", 202)]
    [InlineData("Something", 400)]
    public async Task Kind_of_delivery_decides_what_becomes_of_it(string kind, int status)
    {
        using var receiver = new Receiver();
        Assert.Equal(status, (await receiver.PushAsync(Receiver.GridEvent("a"), Receiver.Json, ("aeg-event-type", kind))).Status);
        Assert.Equal(kind == "notification" ? ["a"] : [], receiver.Runs.Asked);
    }

    [Fact]
    public async Task Bad_events_among_good_ones_are_recorded_with_their_reasons_and_the_good_ones_are_taken()
    {
        using var receiver = new Receiver();
        var push = $$"""
            [{{Receiver.CloudEvent("a")}}, {{Receiver.CloudEvent("x").Replace("\"epsilon\":1", "\"epsilon\":0", StringComparison.Ordinal)}}, 7, null,
            { "runId": "bare" }, {{Receiver.CloudEvent(RememberedRuns.Taken, "other/event 1")}},
            { "specversion": "1.0", "id": "of another type", "source": "/s", "type": "other" }, {{Receiver.GridEvent("b")}}]
            """;
        Assert.Equal(400, (await receiver.PushAsync(push, Receiver.CloudEvents)).Status);
        Assert.Equal(["a", "b", RememberedRuns.Taken], receiver.Runs.Asked.Order(StringComparer.Ordinal));
        var reasons =
            receiver.Runs.Rejections.ToDictionary(rejection => rejection.RunId ?? rejection.MessageId!, rejection => rejection.Reason, StringComparer.Ordinal);
        Assert.Equal(6, reasons.Count);
        Assert.StartsWith("'epsilon' is 0", reasons["x"], StringComparison.Ordinal);
        Assert.StartsWith("The run id 'taken' belongs to a different request", reasons["other/event 1"], StringComparison.Ordinal);
        Assert.StartsWith("Only events of the type 'dpsynth.run.requested'", reasons["of another type"], StringComparison.Ordinal);
        Assert.Equal(3, reasons.Count(reason => reason.Key.Length == 64 && reason.Value.StartsWith("What was pushed is no event", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Same_event_twice_in_a_push_asks_for_the_same_run()
    {
        using var receiver = new Receiver();
        Assert.Equal(202, (await receiver.PushAsync($"[{Receiver.CloudEvent("a")}, {Receiver.CloudEvent("a")}]", Receiver.CloudEvents)).Status);
        Assert.Equal(["a"], receiver.Runs.Asked.Distinct());
        Assert.Empty(receiver.Runs.Rejections);
    }

    [Fact]
    public async Task Where_storage_does_not_answer_the_call_fails_so_that_all_events_come_again()
    {
        using var receiver = new Receiver();
        await Assert.ThrowsAsync<IOException>(
            () => receiver.PushAsync($"[{Receiver.CloudEvent("a")}, {Receiver.CloudEvent(RememberedRuns.Unreachable)}]", Receiver.CloudEvents));
        Assert.Empty(receiver.Runs.Rejections);
    }

    [Fact]
    public async Task More_than_event_grid_sends_is_refused_unread()
    {
        using var receiver = new Receiver();
        var fits = Encoding.UTF8.GetBytes(Receiver.CloudEvent("a").PadRight(PushedEvents.MaximumBytes));
        Assert.Equal(202, (await receiver.PushAsync(fits)).Status);
        Assert.Equal(413, (await receiver.PushAsync([.. fits, (byte)' '])).Status);

        // Without a length before it, and with one that no server would read.
        Assert.Equal(413, (await receiver.SendAsync(HttpMethods.Post, new MemoryStream([.. fits, (byte)' ']), null, Receiver.Json)).Status);
        Assert.Equal(413, (await receiver.SendAsync(HttpMethods.Post, new BrokenStream(), 1L << 40, Receiver.Json)).Status);
        Assert.Equal(["a"], receiver.Runs.Asked);

        var many = string.Join(',', Enumerable.Repeat("{}", PushedEvents.MaximumEvents));
        Assert.Equal(400, (await receiver.PushAsync($"[{many}, {{}}]")).Status);
        Assert.Empty(receiver.Runs.Rejections);
    }

    [Fact]
    public async Task Body_that_breaks_off_is_a_fault_of_the_publisher()
    {
        using var receiver = new Receiver();
        Assert.Equal(400, (await receiver.SendAsync(HttpMethods.Post, new BrokenStream(), 10, Receiver.Json)).Status);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new BadHttpRequestException("by intention");
    }
}
