using System.Buffers.Text;
using Azure.Storage.Queues.Models;

namespace DpSynth.Functions.Runs;

/// <summary>
/// What a queue message says. Its text is base64, as Azure's libraries write it, or the JSON itself, as people and other tools put it: the two cannot be
/// confused, for JSON has braces. So <c>host.json</c> leaves the decoding to the app; what the Functions host cannot decode it throws away unseen.
/// </summary>
public static class MessageText
{
    /// <summary>The content of a message.</summary>
    public static BinaryData Of(QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Of(message.Body);
    }

    /// <summary>The content of a message's body.</summary>
    public static BinaryData Of(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var text = body.ToMemory().Span;
        if (!Base64.IsValid(text, out var length) || length == 0)
        {
            return body;
        }

        var content = new byte[length];
        Base64.DecodeFromUtf8(text, content, out _, out var written);
        return BinaryData.FromBytes(content.AsMemory(0, written));
    }
}
