using System.Text.RegularExpressions;
using DpSynth.Ledgers;

namespace DpSynth.Synthesis.Datasets;

/// <summary>The owner is what the group <c>owner</c> of a regular expression matches in the image's path.</summary>
internal sealed class PatternOwnerLookup(string pattern) : OwnerLookup
{
    private readonly Regex _pattern = PatternOwners.Compile(pattern);

    public override OwnerMatch? Find(ImagePath path)
    {
        try
        {
            return _pattern.Match(path.Text).Groups[PatternOwners.GroupName] is { Success: true, Length: > 0 } owner
                ? new OwnerMatch(OwnerId.Of(owner.Value))
                : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
