using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Synthesis.Requests;

/// <summary>Whose presence a run hides, and what of the dataset it may take as public.</summary>
public sealed record PrivacyOptions
{
    /// <summary>The fewest units of which a δ is derived: below, 1/(n ln n) is no small probability.</summary>
    public const int MinUnits = 10;

    /// <summary>Where owners come from: the unit of privacy is then the owner. Null: it is the image.</summary>
    public OwnerSource? Owners { get; init; }

    /// <summary>How the population is divided among the classes.</summary>
    public ClassCounts ClassCounts { get; init; } = ClassCounts.Private;

    /// <summary>
    /// The share of the budget that noisy class counts take: of Σ 1/σ² over all measurements. Above 0, at most 0.5; without meaning
    /// unless <see cref="ClassCounts"/> is private.
    /// </summary>
    public double ClassCountShare { get; init; } = 0.05;

    /// <summary>The number of units in the dataset, declared public; null if it is not. At least <see cref="MinUnits"/>.</summary>
    public int? DatasetSize { get; init; }

    /// <summary>Which two datasets count as neighbours.</summary>
    public Adjacency Adjacency { get; init; } = Adjacency.AddRemove;

    /// <summary>Whose presence is hidden.</summary>
    [JsonIgnore]
    public PrivacyUnit Unit => Owners is null ? PrivacyUnit.Image : PrivacyUnit.Owner;
}

/// <summary>How a population is divided among the classes.</summary>
public enum ClassCounts
{
    /// <summary>In proportion to noisy counts of the units in each class, which a part of the budget pays for.</summary>
    Private,

    /// <summary>In proportion to the true counts, which the request declares public.</summary>
    Public,

    /// <summary>Evenly; nothing of the classes' sizes is used.</summary>
    Even,
}

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
}

/// <summary>A folder on the image's path names its owner.</summary>
/// <param name="Level">Which folder: 1 is the first below the class's folder, or below the dataset's where there are no classes. 1 to 16.</param>
public sealed record FolderOwners(int Level) : OwnerSource
{
    /// <inheritdoc/>
    public override string Description => $"the folder at level {Level} of each image's path";
}

/// <summary>A regular expression finds the owner in the image's path below the dataset's folder.</summary>
/// <param name="Pattern">The expression, with a group named <c>owner</c>. It is matched without backtracking.</param>
public sealed record PatternOwners(string Pattern) : OwnerSource
{
    /// <inheritdoc/>
    public override string Description => "the pattern that the request gives, on each image's path";

    /// <summary>The group that holds the owner's name.</summary>
    internal const string GroupName = "owner";

    /// <summary>Compiles a pattern. Matching takes time linear in the path's length.</summary>
    /// <exception cref="RegexParseException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    internal static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}

/// <summary>A table in the dataset's folder names the owner of every image.</summary>
/// <param name="File">The file's name: CSV with the header <c>image,owner</c>.</param>
public sealed record CsvOwners(string File) : OwnerSource
{
    /// <inheritdoc/>
    public override string Description => $"the table {File} in the dataset's folder";
}
