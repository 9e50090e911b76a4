using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Functions.Http;
using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.EventPush;

/// <summary>
/// What was pushed, read off an HTTP request: Event Grid's handshakes and notifications, and CloudEvents 1.0 by anybody in the structured,
/// the batched and the binary form of its HTTP binding.
/// </summary>
/// <remarks>
/// Sources: CloudEvents "HTTP Protocol Binding" 1.0.2, sections 3.1 to 3.3; "HTTP 1.1 Web Hooks for Event Delivery" 1.0.2, section 4 (the
/// handshake by OPTIONS); Azure Event Grid, "Endpoint validation" and "Event delivery" (the headers <c>aeg-event-type</c> and
/// <c>aeg-subscription-name</c>).
/// </remarks>
internal sealed record PushedEvents
{
    /// <summary>Event Grid sends no more than this at once, batches included.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Where Event Grid's public and national clouds say that they push from.</summary>
    private static readonly string[] _origins =
        ["eventgrid.azure.net", "eventgrid.azure.us", "eventgrid.azure.eaglex.ic.gov", "eventgrid.azure.microsoft.scloud", "eventgrid.azure.cn"];

    /// <summary>The events, each as its JSON text.</summary>
    public IReadOnlyList<BinaryData> Events { get; private init; } = [];

    /// <summary>The code by which Event Grid asks whether it may push; null if it does not ask.</summary>
    public string? ValidationCode { get; private init; }

    /// <summary>The origin that asks by OPTIONS whether it may push, if Event Grid pushes from there; else null.</summary>
    public static string? AskingOrigin(HttpRequest request) =>
        request.Headers["WebHook-Request-Origin"] is [{ } origin] && _origins.Contains(origin, StringComparer.OrdinalIgnoreCase) ? origin : null;

    /// <summary>Reads the body of a POST.</summary>
    /// <exception cref="RequestException">It is too long, or nothing that a publisher of events would send.</exception>
    public static async Task<PushedEvents> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(request, MaximumBytes, cancellationToken);
        try
        {
            if (request.Headers.ContainsKey("ce-specversion"))
            {
                return new PushedEvents { Events = [Binary(request, body)] };
            }

            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            JsonElement[] events = root.ValueKind switch
            {
                JsonValueKind.Array => [.. root.EnumerateArray()],
                JsonValueKind.Object => [root],
                _ => throw new RequestException("What was pushed is neither an event nor an array of events."),
            };
            return request.Headers["aeg-event-type"].ToString().ToUpperInvariant() switch
            {
                "SUBSCRIPTIONVALIDATION" => new PushedEvents { Events = Texts(events), ValidationCode = CodeOf(events[0].GetProperty("data")) },
                "" or "NOTIFICATION" => new PushedEvents { Events = Texts(events) },
                // That a subscription was deleted asks for nothing.
                "SUBSCRIPTIONDELETION" or "UNSUBSCRIBE" => new PushedEvents(),
                _ => throw new RequestException("The header 'aeg-event-type' names a kind of delivery that is not known."),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new RequestException("What was pushed is no event: send CloudEvents 1.0 as JSON, or events in Event Grid's schema.");
        }
    }

    /// <summary>Whether every event that names the Event Grid topic it comes from names this one.</summary>
    public bool AreOf(string topic) => Events.All(text =>
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("topic", out var named)
            || (named.ValueKind == JsonValueKind.String && string.Equals(named.GetString(), topic, StringComparison.OrdinalIgnoreCase));
    });

    private static BinaryData[] Texts(JsonElement[] events) => Array.ConvertAll(events, pushed => BinaryData.FromString(pushed.GetRawText()));

    private static string CodeOf(JsonElement data)
    {
        // In the CloudEvents form the data are JSON in a text.
        using var inner = data.ValueKind == JsonValueKind.String ? JsonDocument.Parse(data.GetString()!) : null;
        return (inner?.RootElement ?? data).GetProperty("validationCode").GetString() ?? throw new JsonException("The code is null.");
    }

    /// <summary>An event whose attributes are headers and whose data are the body, in the structured form.</summary>
    private static BinaryData Binary(HttpRequest request, string body)
    {
        var structured = new JsonObject { ["data"] = JsonNode.Parse(body) };
        foreach (var (name, value) in request.Headers.Where(header => header.Key.StartsWith("ce-", StringComparison.OrdinalIgnoreCase)))
        {
            structured[name[3..].ToLowerInvariant()] = Uri.UnescapeDataString(value.ToString());
        }

        return BinaryData.FromString(structured.ToJsonString());
    }
}
