using System.Globalization;
using System.Text.Json.Serialization;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>
/// What a dataset's owner allows to be published of it: whom the guarantee protects, what is public anyhow, and how much a run may cost. A
/// request can only be stricter. Nothing in it is read off the images; what it says is public, it makes public.
/// </summary>
public sealed record DatasetPolicy
{
    /// <summary>Most classes that a policy can list.</summary>
    public const int MaxClasses = 1000;

    private const int MaxName = 128;

    /// <summary>Where owners come from: each owner with all images of theirs is then one unit. Null: each image is one.</summary>
    public OwnerSource? Owners { get; init; }

    /// <summary>Which two datasets count as neighbours.</summary>
    public Adjacency Adjacency { get; init; } = Adjacency.AddRemove;

    /// <summary>
    /// The classes, which are the folders of their names; images elsewhere take no part in any run. Null: there are none, and every image of the
    /// dataset takes part. In ordinal order.
    /// </summary>
    public EquatableList<string>? Classes { get; init; }

    /// <summary>The number of units that the owner makes public, exact or rounded; null: none. At least 1.</summary>
    public int? PublicSize { get; init; }

    /// <summary>Whether the number of units of each class is public, exactly.</summary>
    public bool PublicClassCounts { get; init; }

    /// <summary>The largest ε and δ of a single run.</summary>
    public required LedgerCap LargestRun { get; init; }

    /// <summary>The callers who may submit runs, by the ids that the API knows them by; null: all who may submit runs at all.</summary>
    public EquatableList<string>? Submitters { get; init; }

    /// <summary>What becomes of a file that is no readable image.</summary>
    public UnreadableFiles Unreadable { get; init; }

    /// <summary>Whom the guarantee protects.</summary>
    [JsonIgnore]
    public PrivacyUnit Unit => Owners is null ? PrivacyUnit.Image : PrivacyUnit.Owner;

    /// <summary>The largest δ that is small beside a number of units: a tenth of one unit's share.</summary>
    /// <param name="units">The number of units, at least 1.</param>
    public static double LargestDelta(int units) => 1 / (10.0 * units);

    /// <summary>What is wrong with the policy, as one sentence; null if nothing is.</summary>
    public string? FindFault()
    {
        if (!LargestRun.IsValid || LargestRun.Epsilon > 1000)
        {
            return "The largest run's ε must be above 0 and at most 1000, and its δ inside (0, 1).";
        }

        if (PublicSize is < 1)
        {
            return "The public number of units must be at least 1.";
        }

        if (PublicSize is { } size && LargestRun.Delta > LargestDelta(size) * (1 + 1e-12))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"With {size} units the largest run's δ must be at most a tenth of 1/{size}, {LargestDelta(size):0.##e+0}: above that it promises nothing.");
        }

        return Owners?.FindFault() ?? FindClassFault() ?? FindSubmitterFault();
    }

    /// <summary>The policy in one sentence, for whoever sets it.</summary>
    /// <param name="cap">What all runs together may cost.</param>
    public string Describe(LedgerCap cap)
    {
        ArgumentNullException.ThrowIfNull(cap);
        var who = Owners is null ? "any one image" : $"any one owner with all their images (told by {Owners.Description})";
        var size = PublicSize is { } number ? string.Create(CultureInfo.InvariantCulture, $"the size {number}") : null;
        string[] named =
        [
            .. new[]
            {
                Classes is null ? null : $"the names of {(Classes.Count == 1 ? "1 class" : $"{Classes.Count} classes")}",
                size,
                PublicClassCounts ? "the exact number in each class" : null,
            }.OfType<string>(),
        ];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"All runs together may tell {who} from absent by at most ε = {cap.Epsilon:0.####} at δ = {cap.Delta:0.##e+0} and a single run by at most "
                + $"ε = {LargestRun.Epsilon:0.####} at δ = {LargestRun.Delta:0.##e+0}; public without noise is "
                + $"{(named.Length == 0 ? "nothing" : string.Join(", ", named))}.");
    }

    private string? FindClassFault()
    {
        if (Classes is null)
        {
            return null;
        }

        if (Classes.Count is 0 or > MaxClasses)
        {
            return $"A policy lists 1 to {MaxClasses} classes, or none at all for a dataset without classes.";
        }

        if (Classes.FirstOrDefault(name => !IsFolderName(name)) is { } unfit)
        {
            return $"'{unfit}' cannot be a class: a class is the name of a folder, 1 to {MaxName} characters, without slashes, not beginning with a dot.";
        }

        return Classes.Distinct(StringComparer.Ordinal).Count() == Classes.Count ? null : "The policy lists a class twice.";
    }

    private static bool IsFolderName(string name) => name.Length is > 0 and <= MaxName
        && !name.StartsWith('.') && !name.AsSpan().ContainsAny('/', '\\') && !name.Any(char.IsControl);

    private string? FindSubmitterFault() => Submitters is null ? null
        : Submitters.Count is 0 or > 1000 || Submitters.Any(id => id.Length is 0 or > MaxName || id.Any(char.IsControl))
            ? $"The policy lists 1 to 1000 submitters, each by an id of 1 to {MaxName} characters, or none at all for everybody who may submit runs."
            : null;
}

/// <summary>What becomes of a file that is no readable image.</summary>
public enum UnreadableFiles
{
    /// <summary>It is left out of every run; the owner is told which it was.</summary>
    Skip,

    /// <summary>No run goes on until it is mended. That a run is refused then tells its requester that there is such a file.</summary>
    Reject,
}

/// <summary>A policy as the owner approved it.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Lineage">The lineage on whose ledger it stands.</param>
/// <param name="EntryHash">SHA-256 of the ledger's entry that holds it, in hexadecimal.</param>
/// <param name="Time">When it was approved (UTC).</param>
/// <param name="By">Who approved it, as the API knew the caller; null where nobody was known, as on the command line.</param>
/// <param name="Reason">Why, in the owner's words.</param>
public sealed record ApprovedPolicy(DatasetPolicy Policy, string Lineage, string EntryHash, DateTimeOffset Time, string? By, string? Reason);
