using System.Globalization;
using System.Text.RegularExpressions;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>privacy</c>; absent, every default holds.</summary>
internal static class PrivacyOptionsReader
{
    private const int MaxPattern = 200;

    private static readonly string[] Sources = ["folder", "pattern", "csv"];

    public static PrivacyOptions Read(JsonFields request)
    {
        if (request.Object("privacy") is not { } fields)
        {
            return new PrivacyOptions();
        }

        var unit = fields.Choice("unit", PrivacyUnit.Image, ("image", PrivacyUnit.Image), ("owner", PrivacyUnit.Owner));
        var owners = fields.Object("owners") is { } source ? ReadOwners(source) : null;
        var classCounts = fields.Choice(
            "classCounts", ClassCounts.Private, ("private", ClassCounts.Private), ("public", ClassCounts.Public), ("even", ClassCounts.Even));
        var share = ReadShare(fields);
        var options = new PrivacyOptions
        {
            Owners = owners,
            ClassCounts = classCounts,
            ClassCountShare = share ?? 0.05,
            DatasetSize = fields.Take("datasetSize") is { } size
                ? JsonFields.AsInteger(size, fields.PathOf("datasetSize"), PrivacyOptions.MinUnits, int.MaxValue)
                : null,
            Adjacency = fields.Choice("adjacency", Adjacency.AddRemove, ("add-remove", Adjacency.AddRemove), ("replace-one", Adjacency.ReplaceOne)),
        };
        fields.RefuseUnknown();

        if (unit == PrivacyUnit.Owner && owners is null)
        {
            throw new RequestException(
                "'privacy.unit' is 'owner' and 'privacy.owners' is missing; say where owners come from, for example { \"from\": \"folder\", \"level\": 1 }.");
        }

        if (unit == PrivacyUnit.Image && owners is not null)
        {
            throw new RequestException("'privacy.owners' is given and 'privacy.unit' is 'image'; set the unit to 'owner', or leave the owners out.");
        }

        return share is null || classCounts == ClassCounts.Private
            ? options
            : throw new RequestException("'privacy.classCountShare' is given and 'privacy.classCounts' is not 'private', so that no counts are paid for; leave one of them out.");
    }

    /// <summary>Checks that δ is given or can be derived from something that is not the dataset's true size.</summary>
    public static void CheckDelta(double? delta, PrivacyOptions options)
    {
        if (delta is null && options.DatasetSize is null && options.ClassCounts == ClassCounts.Even)
        {
            throw new RequestException(
                "'delta' is missing and cannot be derived, because 'privacy.classCounts' is 'even' and 'privacy.datasetSize' is missing; give one of 'delta' and 'privacy.datasetSize'.");
        }
    }

    private static double? ReadShare(JsonFields fields)
    {
        if (fields.Take("classCountShare") is not { } element)
        {
            return null;
        }

        var share = JsonFields.AsNumber(element, fields.PathOf("classCountShare"));
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
            throw new RequestException("'privacy.owners.pattern' needs backtracking (look-around, back references, atomic groups) or is too large, which is not supported; write it without.");
        }
    }

    private static string ReadFile(JsonFields fields)
    {
        var file = fields.Text("file") ?? "owners.csv";
        return file.Length is > 4 and <= 128 && char.IsAsciiLetterOrDigit(file[0]) && file.EndsWith(".csv", StringComparison.Ordinal)
            && file.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? file
            : throw new RequestException("'privacy.owners.file' must be the name of a .csv file in the dataset's folder, such as 'owners.csv': letters (a-z, A-Z), digits, hyphens, underscores and dots, starting with a letter or a digit.");
    }
}
