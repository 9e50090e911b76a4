using System.Text;
using System.Text.Json;
using DpSynth.Functions.EventPush;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Functions.Tests.EventPush;

/// <summary>Whatever is pushed, it is the publisher's fault or an event; it never fails.</summary>
public sealed class PushedGarbageTests
{
    private static readonly string[] _kinds = ["", "Notification", "SubscriptionValidation", "Unsubscribe"];

    public static TheoryData<string> Unreadable { get; } =
    [
        "", " ", "\u0000", "null", "true", "5", "\"event\"", "{", "[", "[{}", "{}}", "{ 'id': 1 }", "// comment\n{}", "[{},]", "\ufeff{}",
        new string('[', 100_000), string.Concat(Enumerable.Repeat("{\"a\":", 70)) + "1" + new string('}', 70),
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_is_no_json_object_or_array_is_refused(string body)
    {
        using var receiver = new Receiver();
        Assert.Equal(400, (await receiver.PushAsync(body)).Status);
        Assert.Empty(receiver.Runs.Rejections);
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { (byte)'"', 0xc3, (byte)'"' })]
    [InlineData(new byte[] { 0xfe, 0xff, 0, (byte)'{', 0, (byte)'}' })]
    public async Task Bytes_that_are_not_utf_8_are_refused(byte[] body)
    {
        using var receiver = new Receiver();
        Assert.Equal(400, (await receiver.PushAsync(body)).Status);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[5]")]
    [InlineData("[{}, {}]")]
    [InlineData("""{ "data": 5 }""")]
    [InlineData("""{ "data": "text" }""")]
    [InlineData("""{ "data": { "validationCode": null } }""")]
    [InlineData("""{ "data": { "validationCode": 5 } }""")]
    [InlineData("""{ "data": { "validationCode": "\ud800" } }""")]
    public async Task Handshake_without_a_code_is_refused(string body)
    {
        using var receiver = new Receiver();
        Assert.Equal(400, (await receiver.PushAsync(body, Receiver.Json, ("aeg-event-type", "SubscriptionValidation"))).Status);
    }

    [Theory]
    [InlineData("""{ "specversion": 1 }""")]
    [InlineData("""{ "specversion": null, "id": 5, "type": [] }""")]
    [InlineData("""{ "specversion": "1.0", "id": "\ud800", "source": "/s", "type": "dpsynth.run.requested" }""")]
    [InlineData("""{ "eventType": 5 }""")]
    [InlineData("""{ "eventType": "dpsynth.run.requested", "eventTime": "never" }""")]
    [InlineData("""{ "eventType": "dpsynth.run.requested", "data": null }""")]
    [InlineData("""{ "id": "e", "eventTyp": "dpsynth.run.requested", "subject": "s", "data": {} }""")]
    [InlineData("""{ "specVersion": "1.0", "id": "e", "source": "/s", "type": "dpsynth.run.requested" }""")]
    public async Task What_is_no_event_is_recorded_and_its_publisher_hears_of_it(string body)
    {
        using var receiver = new Receiver();
        var answer = await receiver.PushAsync($"[{body}, {Receiver.CloudEvent("beside")}]");
        Assert.Equal(400, answer.Status);
        Assert.Contains("1 of what was pushed are no events", answer.Body, StringComparison.Ordinal);
        Assert.Single(receiver.Runs.Rejections);
        Assert.Equal(["beside"], receiver.Runs.Asked);
    }

    [Theory]
    [InlineData("""{ "specversion": "1.0", "id": "e", "id": "f", "source": "http://[", "type": "t" }""")]
    [InlineData("""{ "specversion": "9", "id": "e", "source": "/s", "type": "dpsynth.run.requested" }""")]
    [InlineData("""{ "specversion": "1.0", "id": "e", "source": "/s", "type": "another" }""")]
    public async Task Events_that_ask_for_no_run_are_taken_and_refused(string body)
    {
        using var receiver = new Receiver();
        Assert.Equal(202, (await receiver.PushAsync(body)).Status);
        Assert.Single(receiver.Runs.Rejections);
    }

    [Fact]
    public void Nothing_that_is_pushed_fails()
    {
        using var receiver = new Receiver(new EventPushOptions { Topic = "/topics/ours" });
        string[] valid = [Receiver.CloudEvent("a"), $"[{Receiver.GridEvent("b")}]", """{ "data": { "validationCode": "c" } }"""];
        var mutation =
            from place in Gen.Choose(0, 400)
            from replacement in Gen.Elements(
                "", "0", "\"", "{", "}", "[", "]", ",", "null", "1e999", "\u0000", "é", "\\ud800", "\\u0000", "specversion", "topic")
            select (Func<string, string>)(text => Change(text, place, replacement));

        // Whole values for whole values, so that what is sent stays JSON and its attributes are looked at.
        var exchange =
            from value in Gen.Elements("\"e\"", "\"1.0\"", "\"/s\"", "\"dpsynth.run.requested\"", "\"/topics/ours\"",
                "\"data\"", "\"eventType\"", "\"runId\"", "\"c\"", "8", "1e-6")
            from replacement in Gen.Elements("null", "5", "[]", "{}", "\"\"", "\"x\"", "\"\\ud800\"", "true", "1e999", "\"type\"")
            select (Func<string, string>)(text => text.Replace(value, replacement, StringComparison.Ordinal));
        var push =
            from body in Gen.Elements(valid)
            from changes in Gen.OneOf(Gen.ArrayOf(mutation, 1), Gen.ArrayOf(mutation, 3), Gen.ArrayOf(exchange, 1), Gen.ArrayOf(exchange, 2))
            from kind in Gen.Elements(_kinds)
            from attribute in Gen.Elements("", "1.0", "%ff", "\"", "%")
            select (Body: changes.Aggregate(body, static (text, change) => change(text)), kind, attribute);

        var (taken, refused, elsewhere) = (0, 0, 0);
        Prop.ForAll(push.ToArbitrary(), pushed =>
        {
            (string, string)[] attributes = pushed.attribute.Length == 0 ? [] : [("ce-specversion", pushed.attribute), ("ce-id", pushed.attribute)];
            var answer = receiver.PushAsync(
                Encoding.UTF8.GetBytes(pushed.Body), Receiver.Json, [("aeg-event-type", pushed.kind), .. attributes]).GetAwaiter().GetResult();
            Assert.True(answer.Status is 200 or 202 or 400 or 403, $"{answer.Status}");
            Assert.True(answer.Status != 202 || IsJson(pushed.Body), "What is no JSON was taken.");
            taken += answer.Status is 200 or 202 ? 1 : 0;
            refused += answer.Status is 400 ? 1 : 0;
            elsewhere += answer.Status is 403 ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

        Assert.True(taken > 1000 && refused > 1000 && elsewhere > 30, $"{taken} were taken, {refused} refused as unreadable, {elsewhere} as another topic's.");

        static bool IsJson(string text)
        {
            try
            {
                JsonDocument.Parse(text).Dispose();
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        static string Change(string text, int at, string replacement)
        {
            var place = at % (text.Length + 1);
            return text[..place] + replacement + text[Math.Min(place + 1, text.Length)..];
        }
    }
}
