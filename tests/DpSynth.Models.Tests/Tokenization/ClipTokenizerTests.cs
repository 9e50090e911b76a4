using DpSynth.Models.Folders;
using DpSynth.Models.Tokenization;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Models.Tests.Tokenization;

public sealed class ClipTokenizerTests
{
    private readonly ClipTokenizer _tokenizer = ClipTokenizer.Read(Path.Combine(Fixtures.ModelFolder, "tokenizer"));

    [Fact]
    public void Tokenizer_matches_every_test_vector()
    {
        var file = Fixtures.Json("tokenizer", "test_vectors.json");
        var vectors = file.GetProperty("vectors").EnumerateArray().ToArray();
        Assert.Equal(34, vectors.Length);
        foreach (var vector in vectors)
        {
            var text = vector.GetProperty("text").GetString()!;
            Assert.Equal(vector.GetProperty("words").EnumerateArray().Select(word => word.GetString()), ClipWords.Split(text));
            Assert.Equal(vector.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()), _tokenizer.Pieces(text));
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

    [Fact]
    public void Pieces_joined_spell_the_words() => Prop.ForAll<string?>(text =>
    {
        var words = string.Concat(ClipWords.Split(text ?? "").Select(word => ByteAlphabet.Spell(word) + "</w>"));
        return string.Concat(_tokenizer.Pieces(text ?? "")) == words;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tokenizer_names_the_file_that_is_missing()
    {
        var folder = Directory.CreateTempSubdirectory("tokenizer-").FullName;
        var fault = Assert.Throws<ModelFolderException>(() => ClipTokenizer.Read(folder));
        Assert.Contains("vocab.json", fault.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
