using System.Text.Json;

namespace DpSynth.Models.Folders;

/// <summary>One JSON file of a model folder, read field by field; faults are <see cref="ModelFolderException"/>s that name file and field.</summary>
public sealed class JsonConfiguration
{
    private readonly JsonElement _root;

    private JsonConfiguration(string file, JsonElement root)
    {
        File = file;
        _root = root;
    }

    /// <summary>The file, as messages name it.</summary>
    public string File { get; }

    /// <summary>The object's fields in their order.</summary>
    public IEnumerable<JsonProperty> Fields => _root.EnumerateObject();

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFolderException">It is missing, no JSON, or no object.</exception>
    public static JsonConfiguration Read(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            throw new ModelFolderException($"The model folder lacks the file {path}.");
        }

        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            return Parse(path, document.RootElement.Clone());
        }
        catch (JsonException fault)
        {
            throw new ModelFolderException($"{path} is not valid JSON (line {fault.LineNumber + 1}).", fault);
        }
    }

    /// <summary>Wraps an element that has been read already.</summary>
    /// <exception cref="ModelFolderException">It is no object.</exception>
    public static JsonConfiguration Parse(string file, JsonElement root) => root.ValueKind == JsonValueKind.Object
        ? new JsonConfiguration(file, root)
        : throw new ModelFolderException($"{file} must hold a JSON object.");

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => Take(name) is not null;

    /// <summary>A field's element; null where it is absent or null.</summary>
    public JsonElement? Take(string name) =>
        _root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A finite number, or the default where the field is absent.</summary>
    public double Number(string name, double defaultValue) => Take(name) is { } value ? AsNumber(name, value) : defaultValue;

    /// <summary>A finite number.</summary>
    public double RequireNumber(string name) => AsNumber(name, Require(name));

    /// <summary>A whole number, or the default where the field is absent.</summary>
    public int Integer(string name, int defaultValue) => Take(name) is { } value ? AsInteger(name, value) : defaultValue;

    /// <summary>A whole number.</summary>
    public int RequireInteger(string name) => AsInteger(name, Require(name));

    /// <summary>True or false, or the default where the field is absent.</summary>
    public bool Boolean(string name, bool defaultValue) => Take(name) switch
    {
        null => defaultValue,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Fault(name, "must be true or false"),
    };

    /// <summary>A text, or the default where the field is absent.</summary>
    public string Text(string name, string defaultValue) => Take(name) switch
    {
        null => defaultValue,
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        _ => throw Fault(name, "must be a text"),
    };

    /// <summary>A list of finite numbers; empty where the field is absent.</summary>
    public double[] Numbers(string name) => Take(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray().Select(item => AsNumber(name, item))],
        _ => throw Fault(name, "must be a list of numbers"),
    };

    /// <summary>The exception for a field's fault, as "FILE: 'name' must …".</summary>
    public ModelFolderException Fault(string name, string rule) => new($"{File}: '{name}' {rule}.");

    private JsonElement Require(string name) => Take(name) ?? throw Fault(name, "is missing");

    private double AsNumber(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Fault(name, "must be a finite number");

    private int AsInteger(string name, JsonElement value)
    {
        var number = AsNumber(name, value);
        return double.IsInteger(number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw Fault(name, "must be a whole number");
    }
}
