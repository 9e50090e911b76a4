using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DpSynth.Models.Folders;
using DpSynth.Models.Tokenization;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Models.Tests.Tokenization;

public sealed class ClipTokenizerTests
{
    private readonly ClipTokenizer _tokenizer = ClipTokenizer.Read(Path.Combine(Fixtures.ModelFolder, "tokenizer"));

    // Of the ids of every text of the corpus, as the product gave them before it used a library for the pairs. Another version of Unicode in the
    // base library may change it: then find out which texts differ, and whether CLIP's own tokenizer agrees.
    private const string HashOfCorpus = "0d8c180f8ed2b6db2e510e1d26692797804c66da5c587f40229c84b5bdf446f2";

    [Fact]
    public void Tokenizer_gives_the_ids_that_it_always_gave()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in Corpus())
        {
            var prompt = _tokenizer.Encode(text, 77);
            hash.AppendData(MemoryMarshal.AsBytes([.. prompt.Ids, prompt.TextTokens]));
        }

        Assert.Equal(HashOfCorpus, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Tokenizer_matches_every_test_vector()
    {
        var ids = Fixtures.Json("tokenizer", "vocab.json");
        var file = Fixtures.Json("tokenizer", "test_vectors.json");
        var vectors = file.GetProperty("vectors").EnumerateArray().ToArray();
        Assert.Equal(34, vectors.Length);
        foreach (var vector in vectors)
        {
            var text = vector.GetProperty("text").GetString()!;
            var tokens = vector.GetProperty("tokens").EnumerateArray().Select(token => ids.GetProperty(token.GetString()!).GetInt32()).ToList();
            Assert.Equal(tokens, _tokenizer.Encode(text, tokens.Count + 2).Ids.Skip(1).SkipLast(1));
            Assert.Equal(vector.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), _tokenizer.Encode(text, 32).Ids);
        }
    }

    [Fact]
    public void Tokenizer_says_so_when_a_prompt_is_longer_than_the_context()
    {
        var fits = _tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", 30)), 32);
        var overflows = _tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", 31)), 32);

        Assert.False(fits.Truncated);
        Assert.True(overflows.Truncated);
        Assert.Equal(31, overflows.TextTokens);
        Assert.Equal(fits.Ids, overflows.Ids);
    }

    [Fact]
    public void Tokenizer_takes_special_tokens_in_a_text_for_what_they_are() =>
        Assert.Equal([1534, 1535, 1534, 1535, 1535], _tokenizer.Encode("<|ENDOFTEXT|><|startoftext|>", 5).Ids);

    [Fact]
    public void Tokenizer_encodes_any_text_into_ids_of_the_vocabulary() => Prop.ForAll<string?>(text =>
    {
        var prompt = _tokenizer.Encode(text ?? "", 32);
        return prompt.Ids.Count == 32
            && prompt.Ids[0] == 1534
            && prompt.Ids[Math.Min(prompt.TextTokens, 30) + 1] == 1535
            && prompt.Ids.All(id => id is >= 0 and < 1536);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a b</w>c", "line 3 needs the piece 'b</w>c', which is not in the vocabulary.")]
    [InlineData("a", "line 3 is no pair of two pieces.")]
    [InlineData("a b c", "line 3 is no pair of two pieces.")]
    [InlineData(" a", "line 3 is no pair of two pieces.")]
    public void Tokenizer_names_the_line_of_the_merges_that_is_none(string line, string fault)
    {
        var folder = Directory.CreateTempSubdirectory("tokenizer-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.ModelFolder, "tokenizer")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(folder, "merges.txt"), $"#version: 0.2\n\n{line}\n");

        Assert.EndsWith(fault, Assert.Throws<ModelFolderException>(() => ClipTokenizer.Read(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Tokenizer_names_the_file_that_is_missing()
    {
        var folder = Directory.CreateTempSubdirectory("tokenizer-").FullName;
        var fault = Assert.Throws<ModelFolderException>(() => ClipTokenizer.Read(folder));
        Assert.Contains("vocab.json", fault.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Every character below U+30000 that can stand in a text, at the end and inside of words; then mixtures of odd pieces.</summary>
    private static IEnumerable<string> Corpus()
    {
        for (var character = 0; character < 0x30000; character++)
        {
            if (Rune.IsValid(character))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"a{new Rune(character)}b {new Rune(character)}{new Rune(character)}'s");
            }
        }

        string[] pieces =
        [
            "a red cat", "'s", "'ll", "'RE", " ", "\t", "\u00A0", "\u3000", "0123", "\u00BD\u00B2", "na\u00EFve", "e\u0301", "A\u030A\u212B", "\uFF46\uFF55",
            "\uD55C\uAE00", "\u1112\u1161\u11AB", "\u65E5\u672C\u8A9E", "\U0001F642", "\U0001F469\u200D\U0001F467", "\U0001F1E9\U0001F1EA",
            "<|startoftext|>", "<|ENDOFTEXT|>", "<|endoftext", "|>", "\0", "\u2026\u2014", "\u00DF \u0130 \u0131 \u01C5", "supercalifragilistic", "!!!", "#",
            "a\u200Db", "\u0645\u0631\u062D", "\u0939\u093F\u0928\u094D\u0926\u0940", "\uFEFF", "\u2028", "\u0344\u0958",
        ];
        var random = new Random(2026);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)]));
            yield return random.Next(8) == 0 ? text + (char)0xD800 : text;
        }
    }
}
