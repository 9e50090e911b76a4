using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// One field of a part of a request. It is declared once; from the declaration it is read, described in JSON Schema, and told to people in the
/// tables of the documentation.
/// </summary>
public abstract class Field(string name, string meaning)
{
    /// <summary>Its name in JSON.</summary>
    public string Name => name;

    /// <summary>What it means: Markdown, one line.</summary>
    public string Meaning => meaning;

    /// <summary>What its absence means: Markdown; empty where that goes without saying.</summary>
    public required string Default { get; init; }

    /// <summary>What it can be: Markdown; empty where the meaning says it.</summary>
    public required string Range { get; init; }

    /// <summary>Whether a request must give it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Its JSON Schema (2020-12).</summary>
    public required Func<JsonObject> Schema { get; init; }

    /// <summary>A number within a range.</summary>
    public static Field<double> Number(string name, double absent, double minimum, double maximum, string meaning) =>
        new(name, meaning, (fields, field) => fields.Number(field, absent, minimum, maximum))
        {
            Default = Show(absent),
            Range = $"{Show(minimum)} to {Show(maximum)}",
            Schema = () => new() { ["type"] = "number", ["minimum"] = minimum, ["maximum"] = maximum, ["default"] = absent },
        };

    /// <summary>A whole number within a range.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="absent">What its absence means; null if it is required.</param>
    /// <param name="minimum">The smallest.</param>
    /// <param name="maximum">The largest.</param>
    /// <param name="meaning">What it means.</param>
    public static Field<int> Integer(string name, int? absent, int minimum, int maximum, string meaning) =>
        new(name, meaning, (fields, field) => fields.Integer(field, absent, minimum, maximum))
        {
            Default = absent is { } value ? Show(value) : "required",
            Range = $"{Show(minimum)} to {Show(maximum)}",
            IsRequired = absent is null,
            Schema = () => WithDefault(new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum }, absent),
        };

    /// <summary>A whole number within a range, or nothing.</summary>
    public static Field<int?> OptionalInteger(string name, int minimum, int maximum, string absent, string meaning) =>
        new(name, meaning, (fields, field) => fields.Take(field) is { } value ? JsonFields.AsInteger(value, fields.PathOf(field), minimum, maximum) : null)
        {
            Default = absent,
            Range = $"{Show(minimum)} to {Show(maximum)}",
            Schema = () => new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum },
        };

    /// <summary>True or false.</summary>
    public static Field<bool> Boolean(string name, bool absent, string meaning) =>
        new(name, meaning, (fields, field) => fields.Boolean(field, absent))
        {
            Default = absent ? "`true`" : "`false`",
            Range = "",
            Schema = () => new() { ["type"] = "boolean", ["default"] = absent },
        };

    /// <summary>One of several words; the first stands for the absent field.</summary>
    public static Field<T> Choice<T>(string name, string meaning, params (string Name, T Value)[] choices) =>
        new(name, meaning, (fields, field) => fields.Choice(field, choices[0].Value, choices))
        {
            Default = $"`{choices[0].Name}`",
            Range = string.Join(", ", choices.Select(choice => $"`{choice.Name}`")),
            Schema = () => new() { ["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice.Name)]), ["default"] = choices[0].Name },
        };

    /// <summary>One of several words, or nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="meaning">What it means.</param>
    /// <param name="absent">What its absence means, for people.</param>
    /// <param name="choices">The words and what they stand for.</param>
    public static Field<T?> OptionalChoice<T>(string name, string meaning, string absent, params (string Name, T Value)[] choices)
        where T : struct =>
        new(name, meaning, (fields, field) => fields.Take(field) is not null ? fields.Choice(field, choices[0].Value, choices) : null)
        {
            Default = absent,
            Range = string.Join(", ", choices.Select(choice => $"`{choice.Name}`")),
            Schema = () => new() { ["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice.Name)]) },
        };

    /// <summary>A text that must be there.</summary>
    public static Field<string> RequiredText(string name, string range, string meaning, string? pattern = null) =>
        new(name, meaning, (fields, field) => fields.RequireText(field))
        {
            Default = "required",
            Range = range,
            IsRequired = true,
            Schema = () => TextSchema(pattern),
        };

    /// <summary>A text, or nothing.</summary>
    public static Field<string?> Text(string name, string absent, string range, string meaning, string? pattern = null) =>
        new(name, meaning, (fields, field) => fields.Text(field)) { Default = absent, Range = range, Schema = () => TextSchema(pattern) };

    /// <summary>A list; empty where it is absent.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="maximum">Most entries.</param>
    /// <param name="item">The JSON Schema of an entry.</param>
    /// <param name="read">Reads an entry at a path.</param>
    /// <param name="absent">What its absence means, for people.</param>
    /// <param name="range">What it can be, for people.</param>
    /// <param name="meaning">What it means.</param>
    /// <param name="minimum">Fewest entries; above 0, the list must be there.</param>
    public static Field<IReadOnlyList<T>> List<T>(
        string name, int maximum, Func<JsonObject> item, Func<JsonElement, string, T> read, string absent, string range, string meaning, int minimum = 0) =>
        new(name, meaning, (fields, field) => fields.List(field, maximum, read))
        {
            Default = absent,
            Range = range,
            IsRequired = minimum > 0,
            Schema = () => minimum > 0
                ? new() { ["type"] = "array", ["items"] = item(), ["minItems"] = minimum, ["maxItems"] = maximum }
                : new() { ["type"] = "array", ["items"] = item(), ["maxItems"] = maximum },
        };

    /// <summary>A list of texts.</summary>
    public static Field<IReadOnlyList<string>> Texts(string name, int maximum, string absent, string range, string meaning, int minimum = 0) =>
        List(name, maximum, static () => new() { ["type"] = "string" }, JsonFields.AsText, absent, range, meaning, minimum);

    /// <summary>An object of fields of its own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="inner">Its fields.</param>
    /// <param name="read">Reads the object; null for the absent one. Fields it does not ask for are refused afterwards.</param>
    /// <param name="meaning">What it means.</param>
    /// <param name="isRequired">Whether it must be there; <paramref name="read"/> says so where it is not.</param>
    /// <param name="absent">What its absence means, for people.</param>
    public static Field<T> Object<T>(
        string name, IReadOnlyList<Field> inner, Func<JsonFields?, T> read, string meaning, bool isRequired = false, string absent = "") =>
        new(name, meaning, (fields, field) =>
        {
            var found = fields.Object(field);
            var result = read(found);
            found?.RefuseUnknown();
            return result;
        })
        {
            Default = isRequired ? "required" : absent,
            Range = "",
            IsRequired = isRequired,
            Schema = () => RequestSchema.Of(inner),
        };

    /// <summary>A number as people read it: <c>1,000</c>, <c>0.05</c>, with a true minus.</summary>
    public static string Show(double value) => value != Math.Floor(value)
        ? value.ToString("0.######", CultureInfo.InvariantCulture).Replace('-', '−')
        : value.ToString("#,0", CultureInfo.InvariantCulture).Replace('-', '−');

    private static JsonObject TextSchema(string? pattern)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (pattern is not null)
        {
            schema["pattern"] = pattern;
        }

        return schema;
    }

    private static JsonObject WithDefault(JsonObject schema, int? absent)
    {
        if (absent is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }
}

/// <summary>A field with what it is read as.</summary>
/// <param name="name">Its name in JSON.</param>
/// <param name="meaning">What it means: Markdown, one line.</param>
/// <param name="read">Reads the field of that name.</param>
public sealed class Field<T>(string name, string meaning, Func<JsonFields, string, T> read) : Field(name, meaning)
{
    /// <summary>Reads the field.</summary>
    /// <exception cref="RequestException">It is missing, of the wrong kind or out of range; the message names it by its path.</exception>
    public T Of(JsonFields fields) => read(fields, Name);
}
