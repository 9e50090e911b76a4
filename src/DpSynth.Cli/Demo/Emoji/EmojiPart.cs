using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Demo.Archives;

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

    /// <summary>The sample's pictures, a folder a category.</summary>
    public static string Archive(string home) => Path.Combine(home, "samples", "fluent-emoji", "pictures.tar");

    /// <summary>The dataset as <c>datasets upload</c> would find it in the unpacked archive.</summary>
    public async Task<IReadOnlyList<SourceClass>> ReadAsync(string home, CancellationToken cancellationToken)
    {
        var categories = await SampleArchive.ReadAsync(Archive(home), Categories, cancellationToken);
        return HasClasses ? categories : [categories[0] with { Name = null }];
    }
}
