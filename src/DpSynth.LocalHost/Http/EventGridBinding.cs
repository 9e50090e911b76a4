using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;

namespace DpSynth.LocalHost.Http;

/// <summary>How an event that is pushed becomes a function's arguments.</summary>
internal static class EventGridBinding
{
    /// <summary>The event in the parameter's type.</summary>
    public static object Bind(JsonElement pushed, Type type) =>
        type == typeof(string) ? pushed.GetRawText()
        : type == typeof(BinaryData) ? BinaryData.FromString(pushed.GetRawText())
        : type == typeof(CloudEvent) ? CloudEvent.Parse(BinaryData.FromString(pushed.GetRawText()))!
        : type == typeof(EventGridEvent) ? EventGridEvent.Parse(BinaryData.FromString(pushed.GetRawText()))
        : throw new InvalidOperationException($"An Event Grid trigger binds to CloudEvent, EventGridEvent, BinaryData or string, not to {type}.");

    /// <summary>The trigger's metadata: the event's data.</summary>
    public static Dictionary<string, object?> Metadata(JsonElement pushed) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["data"] = pushed.ValueKind == JsonValueKind.Object && pushed.TryGetProperty("data", out var data) ? data.GetRawText() : null,
    };
}
