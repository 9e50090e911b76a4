using System.Text;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Datasets;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Datasets;

public sealed class OwnerLookupTests
{
    [Theory]
    [InlineData(1, true, "set/cats/alice/1.png", "alice")]
    [InlineData(2, true, "set/cats/alice/2020/1.png", "2020")]
    [InlineData(1, false, "set/alice/1.png", "alice")]
    [InlineData(1, true, "set/cats/1.png", null)]
    [InlineData(2, true, "set/cats/alice/1.png", null)]
    [InlineData(1, true, "set/cats/alice.tar!1.png", "alice")]
    [InlineData(1, true, "set/cats/all.tar!./alice/1.png", "all")]
    [InlineData(2, true, "set/cats/all.tar!./alice/1.png", "alice")]
    [InlineData(2, false, "set/all.tar!alice/x/1.png", "alice")]
    public void Folder_is_counted_from_below_the_class_and_an_archive_counts_as_one(int level, bool classConditional, string image, string? owner) =>
        Assert.Equal(Expected(owner), OwnerLookup.Of(new FolderOwners(level), classConditional).Find(ImagePath.OfImage(image)));

    [Theory]
    [InlineData("^[^/]+/(?<owner>[0-9]+)_", "set/cats/17_3.png", "17")]
    [InlineData("^[^/]+/(?<owner>[0-9]+)_", "set/cats/x_3.png", null)]
    [InlineData("!(?<owner>[^/]+)/", "set/part.tar!./alice/1.png", "alice")]
    [InlineData("(?<owner>[a-z]*)[.]png$", "set/cats/17.png", null)]
    public void Pattern_is_matched_on_the_path_below_the_dataset(string pattern, string image, string? owner) =>
        Assert.Equal(Expected(owner), OwnerLookup.Of(new PatternOwners(pattern), classConditional: true).Find(ImagePath.OfImage(image)));

    [Fact]
    public void Table_tells_owners_and_rows()
    {
        var table = Read("image,owner\r\ncats/1.png,alice\r\n\"cats/a,b.png\",\"says \"\"hi\"\"\"\r\npart.tar!2.png,alice\r\n");

        Assert.Equal(new OwnerMatch(OwnerId.Of("alice"), 0), table.Find(ImagePath.OfImage("set/cats/1.png")));
        Assert.Equal(new OwnerMatch(OwnerId.Of("says \"hi\""), 1), table.Find(ImagePath.OfImage("set/cats/a,b.png")));
        Assert.Equal(new OwnerMatch(OwnerId.Of("alice"), 2), table.Find(ImagePath.OfImage("set/part.tar!./2.png")));
        Assert.Null(table.Find(ImagePath.OfImage("set/cats/2.png")));
        Assert.Equal(["cats/1.png", "cats/a,b.png", "part.tar!2.png"], table.Images);
    }

    [Theory]
    [InlineData("", "it is empty; its first row must be 'image,owner'")]
    [InlineData("file,owner\na,b\n", "its first row must be 'image,owner'")]
    [InlineData("image,owner\na\n", "row 2 has not two fields with content, an image and its owner")]
    [InlineData("image,owner\na,b,c\n", "row 2 has not two fields with content, an image and its owner")]
    [InlineData("image,owner\na,\n", "row 2 has not two fields with content, an image and its owner")]
    [InlineData("image,owner\na,b\n\n", "row 3 has not two fields with content, an image and its owner")]
    [InlineData("image,owner\na,b\na,c\n", "row 3 names an image that an earlier row names too")]
    [InlineData("image,owner\na,b\n./a,c\n", "row 3 names an image that an earlier row names too")]
    [InlineData("image,owner\na,\"b\n", "row 2 has a quote that is not closed")]
    [InlineData("image,owner\na,\"b\"c\n", "row 2 goes on after a closing quote")]
    [InlineData("image,owner\na,b\"c\n", "row 2 has a quote inside a field that does not begin with one")]
    public void Table_that_is_none_is_refused_by_row_without_its_content(string csv, string fault) =>
        Assert.Equal(fault, Assert.Throws<InvalidDataException>(() => Read(csv)).Message);

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    public void Table_is_read_with_the_line_ends_of_any_system(string lineEnd) =>
        Assert.Equal(["a", "c"], Read($"image,owner{lineEnd}a,b{lineEnd}c,d").Images);

    [Fact]
    public void Table_keeps_every_name_as_it_is_quoted() => Prop.ForAll<(NonEmptyString Image, NonEmptyString Owner)[]>(rows =>
    {
        // Lone surrogates are no UTF-8, and a path is its folders' and its file's names.
        var named = rows
            .Select((row, index) => (Image: $"{index}{Encodable(row.Image.Get).Replace('/', ' ')}", Owner: Encodable(row.Owner.Get)))
            .ToList();
        var table = Read("image,owner\r\n" + string.Concat(named.Select(row => $"{Quoted(row.Image)},{Quoted(row.Owner)}\r\n")));
        return named.Index().All(row =>
            table.Images[row.Index] == row.Item.Image
            && table.Find(ImagePath.Parse(row.Item.Image)) == new OwnerMatch(OwnerId.Of(row.Item.Owner), row.Index));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Table_with_a_row_without_end_is_refused_before_it_is_held() => Assert.Equal(
        "row 2 is longer than 65536 bytes",
        Assert.Throws<InvalidDataException>(() => Read($"image,owner\na,\"{new string('b', 1 << 20)}")).Message);

    [Fact]
    public void Table_that_is_not_UTF8_is_refused() => Assert.Equal(
        "it is not UTF-8 text",
        Assert.Throws<InvalidDataException>(() => OwnerTable.Read(new MemoryStream([.. "image,owner\na,"u8, 0xE9, (byte)'\n']))).Message);

    private static string Quoted(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Encodable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static OwnerMatch? Expected(string? owner) => owner is null ? null : new OwnerMatch(OwnerId.Of(owner));

    private static OwnerTable Read(string csv) => OwnerTable.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
}
