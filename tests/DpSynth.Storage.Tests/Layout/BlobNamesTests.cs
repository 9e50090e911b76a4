using DpSynth.Storage.Layout;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Storage.Tests.Layout;

public sealed class BlobNamesTests
{
    [Theory]
    [InlineData("run-1_A", "run-1_A")]
    [InlineData("contact-sheet.png", "contact-sheet.png")]
    [InlineData("../x", "~2e~2e~2fx")]
    [InlineData("a/b", "a~2fb")]
    [InlineData("", "~")]
    [InlineData("é", "~c3~a9")]
    public void Segment_keeps_plain_names_and_escapes_the_rest(string text, string name) => Assert.Equal(name, BlobNames.Segment(text));

    [Fact]
    public void Segment_is_short_and_plain_whatever_the_text() => Prop.ForAll<NonNull<string>>(text =>
    {
        var name = BlobNames.Segment(text.Get + new string('/', 40));
        return name.Length is >= 1 and <= 120
            && !name.Contains("..", StringComparison.Ordinal)
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '~' or '.');
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Segment_differs_where_the_text_does()
    {
        string[] texts = ["a", "A", "a.", ".a", "a..b", "a.b", "~", "", "a/b", "a~2fb", new string('x', 500), new string('x', 501)];
        Assert.Equal(texts.Length, texts.Select(BlobNames.Segment).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("runs/r/generation-001/shard-00012.json", 12)]
    [InlineData("runs/r/generation-001/shard-123456.json", 123456)]
    [InlineData("runs/r/generation-001/shard-00012.tar", null)]
    [InlineData("runs/r/generation-001/shard-00012.parameters.npy", null)]
    [InlineData("runs/r/generation-001/parents.npy", null)]
    [InlineData("runs/r/generation-001/shard-x.json", null)]
    public void Only_a_marker_names_a_complete_shard(string blob, int? shard) => Assert.Equal(shard, ExchangeLayout.ShardOfMarker(blob));
}
