using System.Text;
using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Functions.Runs;

/// <summary>
/// An event that carries a request, in CloudEvents' form or Event Grid's own. A custom topic of Event Grid delivers such events to the queue
/// <c>run-requests</c>, and may push them to the function app.
/// </summary>
public sealed class RequestEnvelope
{
    /// <summary>The type of events that carry a request in their data.</summary>
    public const string RunRequested = "dpsynth.run.requested";

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _type;
    private readonly BinaryData? _data;

    private RequestEnvelope(string? id, string? type, BinaryData? data) => (Id, _type, _data) = (id, type, data);

    /// <summary>The id that its publisher gave the event; null if there is none.</summary>
    public string? Id { get; }

    /// <summary>The request in the event's data.</summary>
    /// <exception cref="RequestException">The event is of another type, without data, or its data are no text.</exception>
    public string Request => _type == RunRequested
        ? TextOf(_data ?? throw new RequestException($"The event of type '{RunRequested}' has no data: put the request into its 'data'."))
        : throw new RequestException($"Only events of the type '{RunRequested}' ask for runs, with the request in their 'data'.");

    /// <summary>The request in a message of the queue: its event's data, or the message itself where it is no event.</summary>
    /// <inheritdoc cref="Request" path="/exception"/>
    public static string Open(BinaryData message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Read(message) is { } envelope ? envelope.Request : message.ToString();
    }

    /// <summary>The event that a text is; null if it is none.</summary>
    public static RequestEnvelope? Read(BinaryData text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            if (document.RootElement.TryGetProperty("specversion", out _))
            {
                var cloudEvent = CloudEvent.Parse(text, skipValidation: true);
                return new RequestEnvelope(cloudEvent?.Id, cloudEvent?.Type, cloudEvent?.Data);
            }

            if (document.RootElement.TryGetProperty("eventType", out _))
            {
                var gridEvent = EventGridEvent.Parse(text);
                return new RequestEnvelope(gridEvent.Id, gridEvent.EventType, gridEvent.Data);
            }
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            // Whoever reads the request says what is wrong with it.
        }

        return null;
    }

    /// <summary>Data in base64 may be anything.</summary>
    private static string TextOf(BinaryData data)
    {
        try
        {
            return _strict.GetString(data.ToMemory().Span);
        }
        catch (DecoderFallbackException)
        {
            throw new RequestException("The event's data are not UTF-8 text.");
        }
    }
}
