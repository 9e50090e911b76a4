using DpSynth.Cli.Datasets.Sources;

namespace DpSynth.Cli.Demo.Emoji;

/// <summary>One run of the demo, and the categories of the sample that are its private dataset. No image has a part in both runs.</summary>
/// <param name="Sample">The request, a name in <c>samples</c>, which is also the first part of the run's id.</param>
/// <param name="Categories">Folders of the sample in the order of the dataset's classes.</param>
/// <param name="HasClasses">Whether the categories are the dataset's classes; if not, there is one category and no class.</param>
internal sealed record EmojiPart(string Sample, IReadOnlyList<string> Categories, bool HasClasses)
{
    /// <summary>One category without classes.</summary>
    public static EmojiPart Food { get; } = new("emoji-food", ["food-and-drink"], HasClasses: false);

    /// <summary>Several categories, each a class.</summary>
    public static EmojiPart Classes { get; } = new(
        "emoji-classes", ["animals-and-nature", "people-and-body", "smileys-and-emotion", "symbols"], HasClasses: true);

    /// <summary>The sample's folder of images.</summary>
    public static string Folder(string home) => Path.Combine(home, "samples", "fluent-emoji");

    /// <summary>The dataset as <c>datasets upload</c> would find it.</summary>
    public IReadOnlyList<SourceClass> Read(string home) => HasClasses
        ? DatasetSource.Open(Folder(home), labels: null, Categories)
        : DatasetSource.Open(Path.Combine(Folder(home), Categories[0]), labels: null, only: []);
}
