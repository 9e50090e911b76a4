using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// The JSON of records that hold parts of requests. It is that of <see cref="SynthesisJson"/>; beyond it, options of generators and embedders
/// begin with their <c>name</c>, and a method's options stand under the method's own field.
/// </summary>
public sealed class RequestJson
{
    /// <summary>Makes the JSON of a catalogue.</summary>
    public RequestJson(RequestCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        (Options, Indented) = (Make(SynthesisJson.Options, catalogue), Make(SynthesisJson.Indented, catalogue));
    }

    /// <summary>The options; read-only.</summary>
    public JsonSerializerOptions Options { get; }

    /// <summary>The same for files that people read.</summary>
    public JsonSerializerOptions Indented { get; }

    private static JsonSerializerOptions Make(JsonSerializerOptions shared, RequestCatalogue catalogue)
    {
        var options = new JsonSerializerOptions(shared)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { info => PutMethodIntoItsField(info, catalogue.Methods) } },
        };
        options.Converters.Add(new NamedOptions<GeneratorOptions>(catalogue.Generators, static options => options.Name));
        options.Converters.Add(new NamedOptions<EmbedderOptions>(catalogue.Embedders, static options => options.Name));
        options.MakeReadOnly();
        return options;
    }

    /// <summary>In the place of a property that holds the options of whatever method, there is a field for each method, of which one is used.</summary>
    private static void PutMethodIntoItsField(JsonTypeInfo type, IReadOnlyList<MethodDescriptor> methods)
    {
        for (var place = type.Properties.Count - 1; place >= 0; place--)
        {
            var property = type.Properties[place];
            if (property.PropertyType != typeof(MethodOptions) || property is not { Get: { } get, Set: { } set })
            {
                continue;
            }

            type.Properties.RemoveAt(place);
            foreach (var (index, method) in methods.Index())
            {
                var field = type.CreateJsonPropertyInfo(method.Options, method.Field);
                field.Get = record => get(record) is { } found && found.GetType() == method.Options ? found : null;
                field.Set = (record, value) => set(record, value ?? get(record));
                field.ShouldSerialize = static (_, value) => value is not null;
                type.Properties.Insert(place + index, field);
            }

            type.OnDeserialized = record =>
            {
                if (get(record) is null)
                {
                    throw new JsonException($"A {type.Type.Name} has none of the fields {string.Join(", ", methods.Select(method => method.Field))}.");
                }
            };
        }
    }
}

/// <summary>Options by their name.</summary>
file sealed class NamedOptions<T>(IReadOnlyList<Descriptor> descriptors, Func<T, string> nameOf) : JsonConverter<T>
    where T : class
{
    private const string Name = "name";

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var name = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(Name, out var found) ? found.ToString() : null;
        var descriptor =
            descriptors.FirstOrDefault(descriptor => descriptor.Name == name) ?? throw new JsonException($"There is no '{name}' among {typeof(T).Name}.");
        return (T?)json.RootElement.Deserialize(descriptor.Options, options);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Name, nameOf(value));
        foreach (var property in JsonSerializer.SerializeToElement(value, value.GetType(), options).EnumerateObject())
        {
            property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}

/// <summary>Refuses to write or read what only a catalogue knows how to, where it would otherwise be written without its content.</summary>
internal sealed class CatalogueNeeded<T> : JsonConverter<T>
{
    private static InvalidOperationException Fault => new($"{typeof(T).Name} is written and read by the JSON of {nameof(RequestJson)} alone.");

    /// <inheritdoc/>
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw Fault;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw Fault;
}
