using System.Text.RegularExpressions;

namespace DpSynth.Models.Tokenization;

/// <summary>
/// Cuts a text into the words that CLIP's tokenizer encodes (Radford et al., arXiv 2103.00020): NFC, lower case, runs of white space
/// as one space; then special tokens, contractions, runs of letters, single digits, and runs of anything else.
/// </summary>
internal static class ClipWords
{
    public const string StartOfText = "<|startoftext|>";

    public const string EndOfText = "<|endoftext|>";

    private static readonly Regex WhiteSpace = new(@"\s+", RegexOptions.NonBacktracking);

    private static readonly Regex Word = new(
        @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", RegexOptions.NonBacktracking);

    /// <summary>The words of a text, in order.</summary>
    public static IEnumerable<string> Split(string text) =>
        Word.Matches(Clean(text)).Select(match => match.Value);

    private static string Clean(string text) =>
        WhiteSpace.Replace(CanonicalComposition.Normalize(text), " ").Trim(' ').ToLowerInvariant();
}
