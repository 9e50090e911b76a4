using System.Text.Json;
using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Durable;

/// <summary>The worker's default serializer: System.Text.Json, names as declared, read without regard to case.</summary>
internal sealed class WorkerDataConverter : DataConverter
{
    public static readonly WorkerDataConverter Instance = new();

    public static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Json);

    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, targetType, Json);
}
