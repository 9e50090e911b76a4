using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DpSynth.Functions.EventPush;

/// <summary>A CloudEvent in the binary form of the HTTP binding: its attributes are headers, its data are the body.</summary>
internal static class BinaryEvent
{
    private static readonly string[] _attributes = ["specversion", "id", "source", "type"];

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The event in the structured form, with those attributes that every event has: nothing here reads others.</summary>
    /// <exception cref="RequestException">A header's value is not encoded as the binding says.</exception>
    public static BinaryData ToStructured(IHeaderDictionary headers, JsonElement data)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            foreach (var attribute in _attributes)
            {
                if (headers.TryGetValue($"ce-{attribute}", out var value))
                {
                    writer.WriteString(attribute, Decode(attribute, value.ToString()));
                }
            }

            writer.WritePropertyName("data");
            writer.WriteRawValue(data.GetRawText(), skipInputValidation: true);
            writer.WriteEndObject();
        }

        return BinaryData.FromBytes(text.WrittenMemory);
    }

    /// <summary>Section 3.1.3.2: quotes go first, then one round of percent escapes, which must be UTF-8.</summary>
    private static string Decode(string attribute, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(HeaderUtilities.UnescapeAsQuotedString(value).ToString());
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length
                && byte.TryParse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes[length++] = escaped;
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        try
        {
            return _strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new RequestException($"The header 'ce-{attribute}' has percent escapes that are not UTF-8.");
        }
    }
}
