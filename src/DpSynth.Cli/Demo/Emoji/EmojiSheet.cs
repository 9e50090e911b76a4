using DpSynth.Imaging;
using DpSynth.Imaging.ContactSheets;
using DpSynth.Numerics;

namespace DpSynth.Cli.Demo.Emoji;

/// <summary>The demo's picture: for each category the first population, the last one, and the images that voted.</summary>
internal static class EmojiSheet
{
    private const int Across = 8;
    private const int LinesWithoutClasses = 5;
    private const int LinesOfClass = 2;

    /// <summary>What stands over the columns.</summary>
    public static IReadOnlyList<string> Headings { get; } =
        ["first population: no vote yet", "last population: the release", "voted; shown as they are public"];

    /// <summary>Draws it as PNG. Of each set some images are drawn at random, always the same, so that no one chose them.</summary>
    public static byte[] Render(IReadOnlyList<EmojiComparison> comparisons) => ComparisonSheet.Render(
        Headings,
        Across,
        [
            .. comparisons.Select(comparison =>
            {
                var count = Across * (comparison.Score.Category == EmojiPart.Food.Categories[0] ? LinesWithoutClasses : LinesOfClass);
                return new ComparisonRow(
                    comparison.Score.Category,
                    [Draw(comparison.First, count), Draw(comparison.Last, count), Draw(comparison.Private, count)]);
            }),
        ]);

    /// <summary>Draws images without replacement; all where there are fewer.</summary>
    internal static ImageBatch Draw(ImageBatch images, int count)
    {
        int[] order = [.. Enumerable.Range(0, images.Count)];
        new SeededRandom(0).Shuffle<int>(order);
        var drawn = new ImageBatch(images.Shape, Math.Min(count, images.Count));
        for (var i = 0; i < drawn.Count; i++)
        {
            images[order[i]].CopyTo(drawn[i]);
        }

        return drawn;
    }
}
