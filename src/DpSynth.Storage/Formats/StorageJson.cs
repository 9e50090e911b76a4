using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Storage.Formats;

/// <summary>Records as the bytes of blobs and queue messages, in the JSON of <see cref="SynthesisJson"/>.</summary>
public static class StorageJson
{
    /// <summary>Encodes a record.</summary>
    /// <param name="value">The record.</param>
    /// <param name="options">Those of <see cref="RequestJson"/> for records that hold parts of requests.</param>
    public static byte[] Encode<T>(T value, JsonSerializerOptions? options = null) =>
        JsonSerializer.SerializeToUtf8Bytes(value, options ?? SynthesisJson.Options);

    /// <summary>Decodes a record.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="what">What is decoded, for the message.</param>
    /// <param name="options">Those of <see cref="RequestJson"/> for records that hold parts of requests.</param>
    /// <exception cref="InvalidDataException">It is not JSON of a <typeparamref name="T"/>.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> json, string what, JsonSerializerOptions? options = null)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, options ?? SynthesisJson.Options) ?? throw new InvalidDataException($"{what} is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{what} is not the JSON it should be (at {exception.Path ?? "$"}, line {exception.LineNumber + 1}).", exception);
        }
        catch (NotSupportedException exception)
        {
            throw new InvalidDataException($"{what} does not say what it is.", exception);
        }
    }

    /// <summary>Encodes a record so that equal content gives equal bytes: the members of all objects in ordinal order.</summary>
    public static byte[] EncodeCanonically<T>(T value, JsonSerializerOptions options) =>
        JsonSerializer.SerializeToUtf8Bytes(Sorted(JsonSerializer.SerializeToNode(value, options)), options);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members
            .OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
