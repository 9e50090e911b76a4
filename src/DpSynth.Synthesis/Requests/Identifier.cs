namespace DpSynth.Synthesis.Requests;

/// <summary>
/// The rule for names that become parts of blob names, instance ids and URLs: 1 to 64 of <c>a-z A-Z 0-9 - _</c>, the first a letter
/// or a digit.
/// </summary>
public static class Identifier
{
    /// <summary>Longest name allowed.</summary>
    public const int MaximumLength = 64;

    /// <summary>The rule as a regular expression.</summary>
    public const string Pattern = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$";

    /// <summary>The rule in words, for messages.</summary>
    public const string Rule = "1 to 64 letters (a-z, A-Z), digits, hyphens and underscores, starting with a letter or a digit";

    /// <summary>Whether a text follows the rule.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= MaximumLength }
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
