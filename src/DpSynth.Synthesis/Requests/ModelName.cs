namespace DpSynth.Synthesis.Requests;

/// <summary>
/// The rule for names of models: what an <see cref="Identifier"/> allows, and single dots inside, as in <c>sd-1.5</c>. A name is one folder's, never
/// a path.
/// </summary>
public static class ModelName
{
    /// <summary>The rule in words, for messages.</summary>
    public const string Rule =
        "the name of a folder of the models directory: 1 to 64 letters (a-z, A-Z), digits, hyphens, underscores and single dots, starting with a "
            + "letter or a digit and not ending with a dot";

    /// <summary>Whether a text follows the rule.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= Identifier.MaximumLength }
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
        && text[^1] != '.'
        && !text.Contains("..", StringComparison.Ordinal);
}
