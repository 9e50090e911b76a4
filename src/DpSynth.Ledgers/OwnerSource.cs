using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace DpSynth.Ledgers;

/// <summary>Where the owner of an image is read from.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "from")]
[JsonDerivedType(typeof(FolderOwners), "folder")]
[JsonDerivedType(typeof(PatternOwners), "pattern")]
[JsonDerivedType(typeof(CsvOwners), "csv")]
public abstract record OwnerSource
{
    /// <summary>The source in words, for statements and messages.</summary>
    [JsonIgnore]
    public abstract string Description { get; }

    /// <summary>What is wrong with the source, as one sentence; null if nothing is.</summary>
    public abstract string? FindFault();
}

/// <summary>A folder on the image's path names its owner.</summary>
/// <param name="Level">Which folder: 1 is the first below the class's folder, or below the dataset's where there are no classes. 1 to 16.</param>
public sealed record FolderOwners(int Level) : OwnerSource
{
    /// <inheritdoc/>
    public override string Description => $"the folder at level {Level} of each image's path";

    /// <inheritdoc/>
    public override string? FindFault() => Level is >= 1 and <= 16 ? null : "The level of the folder that names an owner must be 1 to 16.";
}

/// <summary>A regular expression finds the owner in the image's path below the dataset's folder.</summary>
/// <param name="Pattern">The expression, with a group named <c>owner</c>. It is matched without backtracking.</param>
public sealed record PatternOwners(string Pattern) : OwnerSource
{
    /// <summary>The group that holds the owner's name.</summary>
    public const string GroupName = "owner";

    /// <summary>Most characters of a pattern.</summary>
    public const int MaxLength = 200;

    /// <inheritdoc/>
    public override string Description => "the pattern that the dataset's policy gives, on each image's path";

    /// <inheritdoc/>
    public override string? FindFault()
    {
        if (Pattern.Length > MaxLength)
        {
            return $"The pattern that finds owners is {Pattern.Length} characters long; at most {MaxLength} are allowed.";
        }

        try
        {
            return Compile(Pattern).GetGroupNames().Contains(GroupName, StringComparer.Ordinal)
                ? null
                : "The pattern that finds owners has no group named 'owner'; mark the owner's part of the path as (?<owner>...).";
        }
        catch (RegexParseException fault)
        {
            return $"The pattern that finds owners is not a regular expression: it cannot be read at character {fault.Offset + 1}.";
        }
        catch (NotSupportedException)
        {
            return "The pattern that finds owners needs backtracking (look-around, back references, atomic groups) or is too large, which is not "
                + "supported; write it without.";
        }
    }

    /// <summary>Compiles a pattern. Matching takes time linear in the path's length.</summary>
    /// <exception cref="RegexParseException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}

/// <summary>A table in the dataset's folder names the owner of every image.</summary>
/// <param name="File">The file's name: CSV with the header <c>image,owner</c>.</param>
public sealed record CsvOwners(string File) : OwnerSource
{
    /// <inheritdoc/>
    public override string Description => $"the table {File} in the dataset's folder";

    /// <inheritdoc/>
    public override string? FindFault() =>
        File.Length is > 4 and <= 128 && char.IsAsciiLetterOrDigit(File[0]) && File.EndsWith(".csv", StringComparison.Ordinal)
        && File.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? null
            : "The table of owners must be a .csv file in the dataset's folder, such as 'owners.csv': letters (a-z, A-Z), digits, hyphens, underscores "
                + "and dots, starting with a letter or a digit.";
}
