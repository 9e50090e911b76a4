using System.Text.RegularExpressions;

namespace DpSynth.Synthesis.Owners;

/// <summary>The owner is what the group <c>owner</c> of a regular expression matches in the image's path.</summary>
internal sealed class PatternOwnerLookup(string pattern) : OwnerLookup
{
    /// <summary>The group that holds the owner's name.</summary>
    public const string GroupName = "owner";

    private readonly Regex _pattern = Compile(pattern);

    /// <summary>Compiles a pattern. Matching takes time linear in the path's length.</summary>
    /// <exception cref="RegexParseException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    public override OwnerMatch? Find(ImagePath path)
    {
        try
        {
            return _pattern.Match(path.Text).Groups[GroupName] is { Success: true, Length: > 0 } owner
                ? new OwnerMatch(OwnerId.Of(owner.Value))
                : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
