using System.Text;

namespace DpSynth.Functions.Tests.EventPush;

/// <summary>The forms in which events are pushed.</summary>
public sealed class EventFormTests : IDisposable
{
    private const string Batch = "application/cloudevents-batch+json";

    private static readonly (string, string)[] _attributes =
        [("ce-specversion", "1.0"), ("ce-id", "e"), ("ce-source", "/s"), ("ce-type", "dpsynth.run.requested"), ("ce-team", "birds"), ("ce-data", "5")];

    private readonly Receiver _receiver = new();

    [Theory]
    [InlineData("application/cloudevents+json")]
    [InlineData("APPLICATION/CloudEvents+JSON; charset=UTF-8")]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/cloudevents-batch+json")]
    public async Task Cloud_event_and_batch_are_read_whichever_of_their_types_is_named(string contentType)
    {
        Assert.Equal(202, (await _receiver.PushAsync(Receiver.CloudEvent("a"), contentType)).Status);
        Assert.Equal(202, (await _receiver.PushAsync($"[{Receiver.CloudEvent("b")}, {Receiver.CloudEvent("c")}]", contentType)).Status);
        Assert.Equal(["a", "b", "c"], _receiver.Runs.Asked.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Batch)]
    [InlineData(Receiver.Json)]
    public async Task Batch_may_be_empty(string contentType)
    {
        Assert.Equal(202, (await _receiver.PushAsync("[]", contentType)).Status);
        Assert.Empty(_receiver.Runs.Rejections);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("json")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/cloudevents+xml")]
    [InlineData("application/cloudevents-batch+avro")]
    public async Task What_is_not_json_by_its_type_is_not_read(string? contentType)
    {
        Assert.Equal(415, (await _receiver.PushAsync(Receiver.CloudEvent("a"), contentType)).Status);
        Assert.Equal(415, (await _receiver.PushAsync(Receiver.Request("a"), contentType, _attributes)).Status);
        Assert.Empty(_receiver.Runs.Asked);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/vnd.example.request+json")]
    public async Task Binary_form_has_its_attributes_in_headers(string contentType)
    {
        Assert.Equal(202, (await _receiver.PushAsync(Receiver.Request("a"), contentType, _attributes)).Status);
        Assert.Equal(["a"], _receiver.Runs.Asked);
        Assert.Empty(_receiver.Runs.Rejections);
    }

    [Fact]
    public async Task Attributes_in_the_body_count_where_they_are_repeated_in_headers()
    {
        var answer = await _receiver.PushAsync(
            Receiver.CloudEvent("a"), Receiver.CloudEvents, ("ce-specversion", "1.0"), ("ce-type", "other"), ("ce-id", "other"));
        Assert.Equal(202, answer.Status);
        Assert.Equal(["a"], _receiver.Runs.Asked);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀")]
    [InlineData("%e2%82%ac", "€")]
    [InlineData("%2525", "%25")]
    [InlineData("100%", "100%")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("a+b", "a+b")]
    [InlineData("\"two \\\"words\\\"\"", "two \"words\"")]
    [InlineData("\"%41\"", "A")]
    [InlineData("straight €", "straight €")]
    public async Task Headers_are_decoded_once(string header, string id)
    {
        (string, string)[] attributes = [("ce-specversion", "1.0"), ("ce-id", header), ("ce-source", "/s"), ("ce-type", "other")];
        Assert.Equal(202, (await _receiver.PushAsync("{}", Receiver.Json, attributes)).Status);
        Assert.Equal([id], _receiver.Runs.Rejections.Select(rejection => rejection.MessageId));
    }

    [Theory]
    [InlineData("%C0%A0")]
    [InlineData("%FF")]
    [InlineData("%ED%A0%80")]
    public async Task Headers_whose_escapes_are_not_utf_8_are_refused(string header)
    {
        var answer = await _receiver.PushAsync("{}", Receiver.Json, ("ce-specversion", "1.0"), ("ce-type", header));
        Assert.Equal(400, answer.Status);
        Assert.Contains("ce-type", answer.Body, StringComparison.Ordinal);
        Assert.Empty(_receiver.Runs.Rejections);
    }

    [Fact]
    public async Task Data_may_be_in_base64()
    {
        Assert.Equal(202, (await _receiver.PushAsync(InBase64(Encoding.UTF8.GetBytes(Receiver.Request("a"))), Receiver.CloudEvents)).Status);
        Assert.Equal(["a"], _receiver.Runs.Asked);
        Assert.Equal(202, (await _receiver.PushAsync(InBase64([0xff, 0xfe]), Receiver.CloudEvents)).Status);
        Assert.Equal(["The event's data are not UTF-8 text."], _receiver.Runs.Rejections.Select(rejection => rejection.Reason));
    }

    [Theory]
    [InlineData("\"data_base64\":\"e30=\"", "The field 'runId' is missing")]
    [InlineData("\"data_base64\":\"not base64!\"", "What was pushed is no event")]
    [InlineData("\"data_base64\":5", "What was pushed is no event")]
    [InlineData("\"data\":null", "The request must be a JSON object")]
    [InlineData("\"data\":\"text\"", "The request must be a JSON object")]
    [InlineData("\"datacontenttype\":\"application/json\"", "The event of type 'dpsynth.run.requested' has no data")]
    [InlineData("\"time\":\"yesterday\"", "What was pushed is no event")]
    [InlineData("\"data\":{\"runId\":\"\\ud800\"}", "What was pushed is no event")]
    public async Task Events_without_a_request_are_refused_and_what_is_no_event_is_said(string member, string reason)
    {
        var answer = await _receiver.PushAsync(
            $$"""{"specversion":"1.0","id":"e","source":"/s","type":"dpsynth.run.requested",{{member}}}""", Receiver.CloudEvents);
        Assert.Equal(reason == "What was pushed is no event" ? 400 : 202, answer.Status);
        Assert.StartsWith(reason, Assert.Single(_receiver.Runs.Rejections).Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _receiver.Dispose();

    private static string InBase64(byte[] data) =>
        $$"""{"specversion":"1.0","id":"e","source":"/s","type":"dpsynth.run.requested","data_base64":"{{Convert.ToBase64String(data)}}"}""";
}
