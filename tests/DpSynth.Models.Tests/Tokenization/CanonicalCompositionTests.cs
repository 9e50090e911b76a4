using DpSynth.Models.Tokenization;

namespace DpSynth.Models.Tests.Tokenization;

public sealed class CanonicalCompositionTests
{
    // Expected values by Python's unicodedata.normalize('NFC', …).
    [Theory]
    [InlineData("e\u0301\u0323", "\u1EB9\u0301")]
    [InlineData("\u1112\u1161\u11AB\u1100\u1173\u11AF", "\uD55C\uAE00")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\u0340\u0344\u212B", "\u0300\u0308\u0301\u00C5")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("a\u0315\u0300\u05AE\u0301b", "\u00E0\u05AE\u0301\u0315b")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u09C7\u09BE", "\u09CB")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    public void Normalize_composes_as_unicode_does(string text, string composed) =>
        Assert.Equal(composed, CanonicalComposition.Normalize(text));

    [Fact]
    public void Normalize_replaces_a_lone_surrogate() =>
        Assert.Equal("a\uFFFDb", CanonicalComposition.Normalize("a" + (char)0xD800 + "b"));
}
