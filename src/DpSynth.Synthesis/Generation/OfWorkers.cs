using System.Text.Json;
using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The JSON of what app and workers tell each other: <c>"job": "generate"</c> or <c>"check"</c>, and the message's own members. Messages of version
/// 0.1 have no <c>job</c>; a check was generation −1 there.
/// </summary>
/// <typeparam name="T">Either kind.</typeparam>
/// <typeparam name="TGenerate">That of a shard.</typeparam>
/// <typeparam name="TCheck">That of a check.</typeparam>
internal sealed class OfWorkers<T, TGenerate, TCheck> : JsonConverter<T>
    where T : class
    where TGenerate : T
    where TCheck : T
{
    private const string Kind = "job";
    private const string Generate = "generate";
    private const string Check = "check";

    /// <inheritdoc/>
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var message = json.RootElement;
        if (message.ValueKind != JsonValueKind.Object || !Identifier.IsValid(TextOf(message, "runId")))
        {
            throw new JsonException("The message names no run.");
        }

        var kind = TextOf(message, Kind) ?? (message.TryGetProperty("generation", out var number) && number.ToString() == "-1" ? Check : Generate);
        return kind switch
        {
            Generate => message.Deserialize<TGenerate>(options),
            Check => message.Deserialize<TCheck>(options),
            _ => throw new JsonException($"Nobody knows a job such as '{JsonFields.Shorten(kind)}'."),
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Kind, value is TCheck ? Check : Generate);
        foreach (var member in JsonSerializer.SerializeToElement(value, value.GetType(), options).EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static string? TextOf(JsonElement message, string name) =>
        message.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
