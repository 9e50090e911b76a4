using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace DpSynth.Models.Tokenization;

/// <summary>
/// What CLIP's tokenizer does to a text before it encodes words (Radford et al., arXiv 2103.00020): NFC, lower case, runs of white space as one
/// space; words are then special tokens, contractions, runs of letters, single digits, and runs of anything else.
/// </summary>
internal sealed class ClipText : Normalizer
{
    public const string StartOfText = "<|startoftext|>";

    public const string EndOfText = "<|endoftext|>";

    public static readonly Regex Word = new(
        @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", RegexOptions.NonBacktracking);

    private static readonly Regex WhiteSpace = new(@"\s+", RegexOptions.NonBacktracking);

    public override string Normalize(string original) =>
        WhiteSpace.Replace(CanonicalComposition.Normalize(original), " ").Trim(' ').ToLowerInvariant();

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
