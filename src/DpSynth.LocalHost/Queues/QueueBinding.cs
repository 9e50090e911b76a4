using System.Text;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using DpSynth.LocalHost.Durable;

namespace DpSynth.LocalHost.Queues;

/// <summary>How a queue message becomes a function's arguments.</summary>
internal static class QueueBinding
{
    /// <summary>The decoded body; null if it is not in the expected encoding.</summary>
    public static BinaryData? Decode(BinaryData body, bool base64)
    {
        if (!base64)
        {
            return body;
        }

        try
        {
            return BinaryData.FromBytes(Convert.FromBase64String(body.ToString()));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The trigger's value in the parameter's type.</summary>
    public static object? Bind(QueueMessage message, Type type) =>
        type == typeof(string) ? message.Body.ToString()
        : type == typeof(byte[]) ? message.Body.ToArray()
        : type == typeof(BinaryData) ? message.Body
        : type == typeof(QueueMessage) ? message
        : JsonSerializer.Deserialize(message.Body, type, WorkerDataConverter.Json);

    /// <summary>The message with its body decoded.</summary>
    public static QueueMessage WithBody(QueueMessage message, BinaryData body) => QueuesModelFactory.QueueMessage(
        message.MessageId, message.PopReceipt, body, message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);

    /// <summary>The trigger's metadata, and the top-level properties of a JSON body, which win.</summary>
    public static Dictionary<string, object?> Metadata(QueueMessage message)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["QueueTrigger"] = message.Body.ToString(),
            ["DequeueCount"] = message.DequeueCount,
            ["Id"] = message.MessageId,
            ["PopReceipt"] = message.PopReceipt,
            ["InsertionTime"] = message.InsertedOn,
            ["ExpirationTime"] = message.ExpiresOn,
            ["NextVisibleTime"] = message.NextVisibleOn,
        };
        try
        {
            using var document = JsonDocument.Parse(message.Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in document.RootElement.EnumerateObject())
                {
                    data[property.Name] = property.Value.ValueKind == JsonValueKind.String
                        ? property.Value.GetString()
                        : property.Value.GetRawText();
                }
            }
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // Not JSON, or with half a surrogate pair in a text: there are no further properties.
        }

        return data;
    }
}
