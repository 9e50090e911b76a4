using DpSynth.Storage.Datasets;

namespace DpSynth.Storage.Tests.Datasets;

public sealed class DatasetFolderTests
{
    [Theory]
    [InlineData("d/cat/1.png", "cat", false)]
    [InlineData("d/cat/deep/1.png", "cat", false)]
    [InlineData("d/1.JPG", null, false)]
    [InlineData("d/all.tar", null, true)]
    [InlineData("d/cat/all.TAR", "cat", true)]
    [InlineData("d/cat/strange.xyz", "cat", false)]
    [InlineData("d/cat/archive.tar.gz", "cat", false)]
    public void Image_or_archive_belongs_to_the_folder_below_the_dataset(string name, string? className, bool isArchive)
    {
        var blob = DatasetFolder.Describe(name, 10, isFolder: false);
        Assert.NotNull(blob);
        Assert.Equal((name, className, isArchive), (blob.Name, blob.ClassName, blob.IsArchive));
    }

    [Theory]
    [InlineData("d/cat/.DS_Store", 10, false)]
    [InlineData("d/cat/_SUCCESS", 10, false)]
    [InlineData("d/.git/1.png", 10, false)]
    [InlineData("d/labels.csv", 10, false)]
    [InlineData("d/cat/1.JSON", 10, false)]
    [InlineData("d/readme.md", 10, false)]
    [InlineData("d/cat", 0, false)]
    [InlineData("d/cat/", 0, false)]
    [InlineData("d/cat.v2", 0, true)]
    public void Anything_else_is_left_out(string name, long length, bool isFolder) =>
        Assert.Null(DatasetFolder.Describe(name, length, isFolder));

    [Fact]
    public void Empty_file_with_an_extension_is_listed_so_that_it_is_reported() =>
        Assert.NotNull(DatasetFolder.Describe("d/cat/1.png", 0, isFolder: false));
}
