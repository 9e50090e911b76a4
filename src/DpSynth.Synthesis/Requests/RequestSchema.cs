using System.Text;
using System.Text.Json.Nodes;

namespace DpSynth.Synthesis.Requests;

/// <summary>What requests may say, for machines (JSON Schema 2020-12) and people (Markdown), told from the fields that are read.</summary>
public static class RequestSchema
{
    /// <summary>The schema of an object of fields, and of no others.</summary>
    public static JsonObject Of(IReadOnlyList<Field> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (fields.Any(field => field.IsRequired))
        {
            schema["required"] = new JsonArray([.. fields.Where(field => field.IsRequired).Select(field => (JsonNode)field.Name)]);
        }

        schema["properties"] = new JsonObject(fields.Select(field =>
        {
            var property = field.Schema();
            property.TryAdd("description", field.Meaning);
            return KeyValuePair.Create(field.Name, (JsonNode?)property);
        }));
        return schema;
    }

    /// <summary>A Markdown table of fields.</summary>
    public static string Table(IReadOnlyList<Field> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var table = new StringBuilder("| field | default | range | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var field in fields)
        {
            table.Append($"| `{field.Name}` | {Cell(field.Default)}| {Cell(field.Range)}| {Cell(field.Meaning)}|\n");
        }

        return table.ToString();
    }

    private static string Cell(string text) => text.Length == 0 ? "" : $"{text} ";

    /// <summary>The schema of a method's options.</summary>
    public static JsonObject Of(MethodDescriptor method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return Describe(method, Of(method.Fields));
    }

    /// <summary>The schema of a part that names one of several things and gives its options.</summary>
    public static JsonObject OneOf(IEnumerable<Descriptor> descriptors) => new()
    {
        ["oneOf"] = new JsonArray([.. descriptors.Select(descriptor =>
        {
            var options = Of(descriptor.Fields);
            var schema = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["required"] = descriptor.Fields.Any(field => field.IsRequired) ? new JsonArray("name", "options") : new JsonArray("name"),
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = descriptor.Name }, ["options"] = options },
            };
            return (JsonNode)Describe(descriptor, schema);
        })]),
    };

    private static JsonObject Describe(Descriptor descriptor, JsonObject schema)
    {
        schema["description"] = descriptor.Summary;
        return schema;
    }
}
