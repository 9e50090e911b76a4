using System.Text.Json;
using DpSynth.Functions.Http;
using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.EventPush;

/// <summary>
/// What was pushed, read off an HTTP request: Event Grid's handshakes and notifications, and CloudEvents 1.0 by anybody in the structured,
/// the batched and the binary form of its HTTP binding.
/// </summary>
/// <remarks>
/// Sources: CloudEvents "HTTP Protocol Binding" 1.0.2, section 3; "HTTP 1.1 Web Hooks for Event Delivery" 1.0.2, section 4 (the handshake by
/// OPTIONS); Azure Event Grid, "Endpoint validation with Event Grid event schema", "Event delivery and retry" and "Webhooks as event handlers"
/// (the headers <c>aeg-event-type</c> and <c>aeg-subscription-name</c>).
/// </remarks>
internal sealed record PushedEvents
{
    /// <summary>Event Grid sends no more bytes than this at once.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Event Grid sends no more events than this at once.</summary>
    public const int MaximumEvents = 5000;

    /// <summary>Where Event Grid's public and national clouds say that they push from.</summary>
    private static readonly string[] _origins =
        ["eventgrid.azure.net", "eventgrid.azure.us", "eventgrid.azure.eaglex.ic.gov", "eventgrid.azure.microsoft.scloud", "eventgrid.azure.cn"];

    /// <summary>The events, each as its JSON text.</summary>
    public IReadOnlyList<BinaryData> Events { get; private init; } = [];

    /// <summary>The code by which Event Grid asks whether it may push; null if it does not ask.</summary>
    public string? ValidationCode { get; private init; }

    /// <summary>Whether any of the events is known to come from elsewhere than the one topic that is wanted.</summary>
    public bool AreForeign { get; private init; }

    /// <summary>The origin that asks by OPTIONS whether it may push, if Event Grid pushes from there; else null.</summary>
    public static string? AskingOrigin(HttpRequest request) =>
        Array.Find(_origins, origin => string.Equals(request.Headers["WebHook-Request-Origin"], origin, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a body of this type is JSON, as every form of an event is that is read here.</summary>
    public static bool Understands(string? contentType) => RequestBody.IsJson(contentType);

    /// <summary>Reads the body of a POST.</summary>
    /// <param name="headers">The headers of the request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="topic">Resource id of the Event Grid topic that is wanted; null or empty: any.</param>
    /// <exception cref="RequestException">It is nothing that a publisher of events would send.</exception>
    public static PushedEvents Read(IHeaderDictionary headers, string body, string? topic)
    {
        var kind = headers["aeg-event-type"].ToString().ToUpperInvariant();
        try
        {
            // An event with its attributes in the body may repeat them in headers.
            var isBinary = headers.ContainsKey("ce-specversion")
                && !headers.ContentType.ToString().StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase);
            using var document = JsonDocument.Parse(body);
            return (kind, isBinary) switch
            {
                ("SUBSCRIPTIONVALIDATION", false) => new PushedEvents { ValidationCode = CodeOf(Single(document.RootElement)) },
                // That a subscription was deleted asks for nothing.
                ("SUBSCRIPTIONDELETION" or "UNSUBSCRIBE", _) => new PushedEvents(),
                ("NOTIFICATION" or "", true) => new PushedEvents { Events = [BinaryEvent.ToStructured(headers, document.RootElement)] },
                ("NOTIFICATION" or "", false) => Of(All(document.RootElement), topic),
                _ => throw new RequestException("The header 'aeg-event-type' names a kind of delivery that is not known."),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RequestException("What was pushed cannot be read: send CloudEvents 1.0 as JSON, or events in Event Grid's schema.");
        }
    }

    private static PushedEvents Of(JsonElement[] events, string? topic) => events.Length > MaximumEvents
        ? throw new RequestException($"{events.Length} events were pushed at once; at most {MaximumEvents} are taken.")
        : new PushedEvents
        {
            Events = Array.ConvertAll(events, pushed => BinaryData.FromString(pushed.GetRawText())),
            AreForeign = !string.IsNullOrEmpty(topic) && Array.Exists(events, pushed => IsForeign(pushed, topic)),
        };

    /// <summary>A CloudEvent names its publisher, not the topic; an event in Event Grid's schema has the topic from Event Grid itself.</summary>
    private static bool IsForeign(JsonElement pushed, string topic) =>
        pushed.ValueKind != JsonValueKind.Object
        || (!pushed.TryGetProperty("specversion", out _)
            && !(pushed.TryGetProperty("topic", out var named)
                && named.ValueKind == JsonValueKind.String
                && string.Equals(named.GetString(), topic, StringComparison.OrdinalIgnoreCase)));

    private static JsonElement[] All(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Array => [.. root.EnumerateArray()],
        JsonValueKind.Object => [root],
        _ => throw new JsonException("Neither an event nor an array of events."),
    };

    private static JsonElement Single(JsonElement root) => All(root) is [var only] ? only : throw new JsonException("A handshake is one event.");

    private static string CodeOf(JsonElement asking)
    {
        // In the CloudEvents form the data are JSON in a text.
        var data = asking.GetProperty("data");
        using var inner = data.ValueKind == JsonValueKind.String ? JsonDocument.Parse(data.GetString()!) : null;
        return (inner?.RootElement ?? data).GetProperty("validationCode").GetString() ?? throw new JsonException("The code is null.");
    }
}
