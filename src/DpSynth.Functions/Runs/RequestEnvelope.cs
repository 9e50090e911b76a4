using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Functions.Runs;

/// <summary>
/// Takes a request out of the event that carries it. A custom topic of Event Grid delivers events to the queue <c>run-requests</c>; a
/// trigger of the function app itself would need an address that lets Event Grid in past the sign-in and from outside the network.
/// </summary>
public static class RequestEnvelope
{
    /// <summary>The type of events that carry a request in their data.</summary>
    public const string RunRequested = "dpsynth.run.requested";

    /// <summary>The request in a message: its event's data, or the message itself where it is no event.</summary>
    /// <exception cref="RequestException">It is an event, but of another type, or without data.</exception>
    public static string Open(BinaryData message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var (type, data) = Read(message);
        return type switch
        {
            null => message.ToString(),
            RunRequested => data?.ToString() ?? throw new RequestException($"The event of type '{RunRequested}' has no data: put the request into its 'data'."),
            _ => throw new RequestException($"The queue 'run-requests' takes events of the type '{RunRequested}', with the request in their 'data'."),
        };
    }

    /// <summary>An event's type and data; nulls if a message is no event, in CloudEvents' form or Event Grid's own.</summary>
    private static (string? Type, BinaryData? Data) Read(BinaryData message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return default;
            }

            if (document.RootElement.TryGetProperty("specversion", out _))
            {
                var cloudEvent = CloudEvent.Parse(message, skipValidation: true);
                return (cloudEvent?.Type ?? "", cloudEvent?.Data);
            }

            if (document.RootElement.TryGetProperty("eventType", out _))
            {
                var gridEvent = EventGridEvent.Parse(message);
                return (gridEvent.EventType, gridEvent.Data);
            }
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            // Whoever reads the request says what is wrong with it.
        }

        return default;
    }
}
