using System.Globalization;
using System.Text.Json;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// Reads one JSON object field by field, strictly: every field must be known, of the right kind and in range. Faults are
/// <see cref="RequestException"/>s that name the field by its path.
/// </summary>
public sealed class JsonFields
{
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    /// <summary>Takes an object up.</summary>
    /// <param name="element">The object.</param>
    /// <param name="path">Where it stands, for messages; empty for the whole request.</param>
    /// <exception cref="RequestException">It is no object, or has a field twice.</exception>
    public JsonFields(JsonElement element, string path)
    {
        _path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new RequestException($"{Subject(path)} must be a JSON object, not {Describe(element.ValueKind)}.");
        }

        foreach (var field in element.EnumerateObject())
        {
            if (!_fields.TryAdd(field.Name, field.Value))
            {
                throw new RequestException($"The field '{PathOf(field.Name)}' appears twice; leave one of them out.");
            }
        }
    }

    /// <summary>The path of a field as messages show it.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Takes a field's value; null where it is absent or JSON null.</summary>
    public JsonElement? Take(string name)
    {
        _known.Add(name);
        return _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>Takes a field's value that must be there.</summary>
    /// <exception cref="RequestException">It is absent, or JSON null.</exception>
    public JsonElement Require(string name) =>
        Take(name) ?? throw Missing(name);

    /// <summary>Reads a text; null where it is absent.</summary>
    public string? Text(string name) => Take(name) is { } value ? AsText(value, PathOf(name)) : null;

    /// <summary>Reads a text that must be there.</summary>
    public string RequireText(string name) => AsText(Require(name), PathOf(name));

    /// <summary>Reads a number that must be there.</summary>
    public double RequireNumber(string name) => AsNumber(Require(name), PathOf(name));

    /// <summary>Reads a number within a range, both ends included.</summary>
    public double Number(string name, double defaultValue, double minimum, double maximum)
    {
        if (Take(name) is not { } element)
        {
            return defaultValue;
        }

        var value = AsNumber(element, PathOf(name));
        return value >= minimum && value <= maximum
            ? value
            : throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"'{PathOf(name)}' is {value}; it must lie between {minimum} and {maximum}."));
    }

    /// <summary>Reads a whole number within a range, both ends included; without a default it must be there.</summary>
    public int Integer(string name, int? defaultValue, int minimum, int maximum) =>
        Take(name) is { } element
            ? AsInteger(element, PathOf(name), minimum, maximum)
            : defaultValue ?? throw Missing(name);

    /// <summary>Reads true or false.</summary>
    public bool Boolean(string name, bool defaultValue) => Take(name) switch
    {
        null => defaultValue,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw new RequestException($"'{PathOf(name)}' must be true or false, not {Describe(other.ValueKind)}."),
    };

    /// <summary>Reads a choice by the names given, which are the only ones allowed.</summary>
    public T Choice<T>(string name, T defaultValue, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        if (Text(name) is not { } text)
        {
            return defaultValue;
        }

        foreach (var choice in choices)
        {
            if (choice.Name == text)
            {
                return choice.Value;
            }
        }

        var names = new string[choices.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = choices[i].Name;
        }

        throw new RequestException($"'{PathOf(name)}' is '{Shorten(text)}'; it must be one of {Join(names)}{Suggest(text, names)}.");
    }

    /// <summary>Reads a list, entry by entry; empty where it is absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="maximumLength">Most entries.</param>
    /// <param name="read">Reads an entry; is told its path.</param>
    public IReadOnlyList<T> List<T>(string name, int maximumLength, Func<JsonElement, string, T> read)
    {
        if (Take(name) is not { } element)
        {
            return [];
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new RequestException($"'{PathOf(name)}' must be a list, not {Describe(element.ValueKind)}.");
        }

        if (element.GetArrayLength() > maximumLength)
        {
            throw new RequestException($"'{PathOf(name)}' has {element.GetArrayLength()} entries; at most {maximumLength} are allowed.");
        }

        return [.. element.EnumerateArray().Select((item, index) => read(item, $"{PathOf(name)}[{index}]"))];
    }

    /// <summary>Takes an object up; null where it is absent.</summary>
    public JsonFields? Object(string name) => Take(name) is { } element ? new JsonFields(element, PathOf(name)) : null;

    /// <summary>An object's fields that have not been taken yet, for objects whose names are data.</summary>
    public IEnumerable<KeyValuePair<string, JsonElement>> Remaining() => _fields.Where(field => !_known.Contains(field.Key, StringComparer.Ordinal));

    /// <summary>Refuses fields that nobody asked for; call it when all known ones have been read.</summary>
    public void RefuseUnknown()
    {
        foreach (var (name, _) in Remaining())
        {
            throw new RequestException($"'{Shorten(PathOf(name))}' is not a known field{Suggest(name, _known)}.");
        }
    }

    /// <summary>Reads a value as a text.</summary>
    public static string AsText(JsonElement element, string path) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new RequestException($"'{path}' must be a text, not {Describe(element.ValueKind)}.");

    /// <summary>Reads a number; the texts "NaN" and "Infinity" are named for what they are.</summary>
    public static double AsNumber(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value))
        {
            return value;
        }

        throw new RequestException(element.ValueKind == JsonValueKind.Number
            ? $"'{path}' is beyond the range of numbers."
            : $"'{path}' must be a finite number, not "
                + $"{(element.ValueKind == JsonValueKind.String ? $"'{Shorten(element.GetString()!)}'" : Describe(element.ValueKind))}.");
    }

    /// <summary>Reads a value as a whole number within a range, both ends included.</summary>
    public static int AsInteger(JsonElement element, string path, int minimum, int maximum)
    {
        var value = AsNumber(element, path);
        return value == Math.Floor(value) && value >= minimum && value <= maximum
            ? (int)value
            : throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"'{path}' is {value}; it must be a whole number between {minimum} and {maximum}."));
    }

    /// <summary>", did you mean 'x'?" for the nearest of the known names, or nothing if none is near.</summary>
    public static string Suggest(string name, IReadOnlyCollection<string> candidates)
    {
        var nearest = candidates
            .Select(candidate => (candidate, distance: EditDistance.Between(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return nearest.candidate is not null && nearest.distance <= Math.Max(2, nearest.candidate.Length / 2)
            ? $"; the nearest known name is '{nearest.candidate}'"
            : candidates.Count > 0 ? $"; known are {Join(candidates)}" : "";
    }

    /// <summary>A field is missing, perhaps because it is there under a name misspelt.</summary>
    private RequestException Missing(string name)
    {
        var misspelt = _fields.Keys.FirstOrDefault(
            field => !_known.Contains(field, StringComparer.Ordinal) && EditDistance.Between(field.ToUpperInvariant(), name.ToUpperInvariant()) <= 2);
        return new RequestException(misspelt is null
            ? $"The field '{PathOf(name)}' is missing."
            : $"'{PathOf(misspelt)}' is not a known field; the nearest known name is '{name}', which is missing.");
    }

    private static string Join(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    /// <summary>A text as messages show it: of a long one, its beginning.</summary>
    public static string Shorten(string text) => text.Length <= 80 ? text : text[..77] + "...";

    private static string Subject(string path) => path.Length == 0 ? "The request" : $"'{path}'";

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
