using DpSynth.Models.Folders;

namespace DpSynth.Models.Tests;

public sealed class ModelDirectoryTests
{
    [Fact]
    public void Find_finds_the_model_that_ships() =>
        Assert.Equal(Fixtures.ModelFolder, ModelDirectory.Nearest().Find("tiny-sd"));

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("tiny-sd/unet")]
    [InlineData("../models")]
    [InlineData("a\\b")]
    public void Find_refuses_paths(string name) =>
        Assert.Contains(
            "is not the name of a model's folder",
            Assert.Throws<ModelFolderException>(() => ModelDirectory.Nearest().Find(name)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Find_says_what_there_is() =>
        Assert.Contains(
            "There is no model 'tiny'", Assert.Throws<ModelFolderException>(() => ModelDirectory.Nearest().Find("tiny")).Message, StringComparison.Ordinal);
}
