using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>privacy</c>; absent, every default holds.</summary>
internal static class PrivacyOptionsReader
{
    private const int MaxPattern = 200;
    private const string AsThePolicy = "as the policy says";

    private static readonly string[] Sources = ["folder", "pattern", "csv"];

    private static readonly Field<PrivacyUnit?> _unit = Field.OptionalChoice(
        "unit",
        "whose presence is hidden, for who wants to be sure of it: one image, or one owner with all images that belong to them",
        AsThePolicy,
        ("image", PrivacyUnit.Image),
        ("owner", PrivacyUnit.Owner));

    private static readonly Field<OwnerSource?> _owners = new(
        "owners",
        "where owners come from, for who wants to be sure of it: [below](#owners)",
        (fields, name) => fields.Object(name) is { } source ? ReadOwners(source) : null)
    {
        Default = AsThePolicy,
        Range = "",
        Schema = OwnersSchema,
    };

    private static readonly Field<ClassCounts> _classCounts = Field.Choice(
        "classCounts",
        "how the population is divided among the classes: by noisy counts, which are a measurement like any other; by the true counts, where the "
            + "dataset's policy makes them public; or evenly, and nothing of the classes' sizes is used",
        ("private", ClassCounts.Private),
        ("public", ClassCounts.Public),
        ("even", ClassCounts.Even));

    private static readonly Field<double?> _share = new(
        "classCountShare", "the share of the budget that noisy class counts take: of Σ 1/σ² over all measurements", ReadShare)
    {
        Default = "0.05",
        Range = "above 0, at most 0.5",
        Schema = static () => new() { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 0.5, ["default"] = 0.05 },
    };

    private static readonly Field<int?> _datasetSize = Field.OptionalInteger(
        "datasetSize", PrivacyOptions.MinUnits, int.MaxValue, AsThePolicy, "the number of units that the policy makes public, for who wants to be sure of it");

    private static readonly Field<Adjacency?> _adjacency = Field.OptionalChoice(
        "adjacency",
        "two datasets are neighbours if one has a unit more, or if one unit is exchanged for another; the second takes √2 times the noise, and may be "
            + "asked for where the policy has the first",
        AsThePolicy,
        ("add-remove", Adjacency.AddRemove),
        ("replace-one", Adjacency.ReplaceOne));

    /// <summary>The fields of <c>privacy</c>.</summary>
    public static IReadOnlyList<Field> Fields { get; } = [_unit, _owners, _classCounts, _share, _datasetSize, _adjacency];

    /// <summary>The field.</summary>
    public static Field<PrivacyOptions> Privacy { get; } = Field.Object(
        "privacy", Fields, Read, "what is asked of the run's privacy within the dataset's policy: [below](#privacy)");

    private static PrivacyOptions Read(JsonFields? fields)
    {
        if (fields is null)
        {
            return new PrivacyOptions();
        }

        var (unit, owners, classCounts, share) = (_unit.Of(fields), _owners.Of(fields), _classCounts.Of(fields), _share.Of(fields));
        if (unit == PrivacyUnit.Image && owners is not null)
        {
            throw new RequestException("'privacy.owners' is given and 'privacy.unit' is 'image'; set the unit to 'owner', or leave the owners out.");
        }

        if (share is not null && classCounts != ClassCounts.Private)
        {
            throw new RequestException(
                "'privacy.classCountShare' is given and 'privacy.classCounts' is not 'private', so that no counts are paid for; leave one of them out.");
        }

        return new PrivacyOptions
        {
            Unit = unit,
            Owners = owners,
            ClassCounts = classCounts,
            ClassCountShare = share ?? 0.05,
            DatasetSize = _datasetSize.Of(fields),
            Adjacency = _adjacency.Of(fields),
        };
    }

    private static double? ReadShare(JsonFields fields, string name)
    {
        if (fields.Take(name) is not { } element)
        {
            return null;
        }

        var share = JsonFields.AsNumber(element, fields.PathOf(name));
        return share is > 0 and <= 0.5
            ? share
            : throw new RequestException(string.Create(
                CultureInfo.InvariantCulture, $"'privacy.classCountShare' is {share}; it must be above 0 and at most 0.5, for example 0.05."));
    }

    private static OwnerSource ReadOwners(JsonFields fields)
    {
        OwnerSource source = fields.RequireText("from") switch
        {
            "folder" => new FolderOwners(fields.Integer("level", 1, 1, 16)),
            "pattern" => new PatternOwners(ReadPattern(fields)),
            "csv" => new CsvOwners(ReadFile(fields)),
            var other => throw new RequestException($"'privacy.owners.from' is '{other}', which is not a known source{JsonFields.Suggest(other, Sources)}."),
        };
        fields.RefuseUnknown();
        return source;
    }

    private static string ReadPattern(JsonFields fields)
    {
        var pattern = fields.RequireText("pattern");
        if (pattern.Length > MaxPattern)
        {
            throw new RequestException($"'privacy.owners.pattern' is {pattern.Length} characters long; at most {MaxPattern} are allowed.");
        }

        try
        {
            return PatternOwners.Compile(pattern).GetGroupNames().Contains(PatternOwners.GroupName, StringComparer.Ordinal)
                ? pattern
                : throw new RequestException("'privacy.owners.pattern' has no group named 'owner'; mark the owner's part of the path as (?<owner>...).");
        }
        catch (RegexParseException fault)
        {
            throw new RequestException($"'privacy.owners.pattern' is not a regular expression: it cannot be read at character {fault.Offset + 1}.");
        }
        catch (NotSupportedException)
        {
            throw new RequestException("'privacy.owners.pattern' needs backtracking (look-around, back references, atomic groups) or is too large, "
                + "which is not supported; write it without.");
        }
    }

    private static string ReadFile(JsonFields fields)
    {
        var file = fields.Text("file") ?? "owners.csv";
        return file.Length is > 4 and <= 128 && char.IsAsciiLetterOrDigit(file[0]) && file.EndsWith(".csv", StringComparison.Ordinal)
            && file.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? file
            : throw new RequestException("'privacy.owners.file' must be the name of a .csv file in the dataset's folder, such as 'owners.csv': letters "
                + "(a-z, A-Z), digits, hyphens, underscores and dots, starting with a letter or a digit.");
    }

    private static JsonObject OwnersSchema()
    {
        static JsonObject Source(string from, string field, JsonObject schema, bool isRequired) => new()
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = isRequired ? new JsonArray("from", field) : new JsonArray("from"),
            ["properties"] = new JsonObject { ["from"] = new JsonObject { ["const"] = from }, [field] = schema },
        };
        return new JsonObject
        {
            ["oneOf"] = new JsonArray(
                Source("folder", "level", new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 16, ["default"] = 1 }, isRequired: false),
                Source("pattern", "pattern", new() { ["type"] = "string", ["maxLength"] = MaxPattern }, isRequired: true),
                Source("csv", "file", new() { ["type"] = "string", ["maxLength"] = 128, ["default"] = "owners.csv" }, isRequired: false)),
        };
    }
}
