using System.Globalization;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Demo.Emoji;

/// <summary>One run of the demo.</summary>
/// <param name="Run">The run.</param>
/// <param name="Release">Its release on this machine.</param>
/// <param name="Scores">One a category.</param>
/// <param name="Budget">What the dataset may still cost.</param>
internal sealed record EmojiPartResult(RunView Run, DownloadedRelease Release, IReadOnlyList<EmojiScore> Scores, BudgetReport Budget);

/// <summary>What the demo ends with.</summary>
/// <param name="Parts">Its runs.</param>
/// <param name="Sheet">The picture of first and last populations.</param>
/// <param name="Took">From the start of the command.</param>
internal sealed record EmojiResult(IReadOnlyList<EmojiPartResult> Parts, string Sheet, TimeSpan Took);

/// <summary>The demo's result in words.</summary>
internal static class EmojiSummary
{
    public static string Describe(EmojiResult result, Layout layout)
    {
        var scores = layout.Table(
            ["CATEGORY", "VOTED", "IMAGES", "FIRST POPULATION", "LAST POPULATION"],
            result.Parts.SelectMany(part => part.Scores).Select(score => (string[])
            [
                score.Category, Figures.Count(score.PrivateImages), Figures.Count(score.Images), Distance(score.FrechetBefore), Distance(score.FrechetAfter),
            ]));
        var done = $"Done in {Figures.Duration(result.Took)}. Next: your own images with './dpsynth datasets upload', "
            + "a request like samples/emoji-food.json with './dpsynth runs submit'.";
        return $"""

            Look at {Relative(result.Sheet)}
              Left what the model draws when it is told "an emoji"; in the middle what the votes made of it; on the right some of the images that
              voted, which are shown because they are public: no release holds a private image.

            What came out
            {Indented(result.Parts.Select(Files))}

            What it cost
            {Indented(result.Parts.Select(Cost))}
              For the presence of any one image; no image voted in both runs, so that each is covered by its own run's ε alone.

            What it is worth: Fréchet distance to the images that voted (lower is nearer; by the run's embedder, same number of images before and after)
            {Indented(scores.TrimEnd().Split(Environment.NewLine))}
              This score is against data that is public in the demo only; against private data it would leak, and no release holds one.
              The settings were chosen by it too (docs/emoji.md); what a dataset of your own gives, only its own run tells.
              Pictures by the model carry Twemoji's attribution: see models/tiny-sd/README.md.

            {done}
            """;
    }

    private static string Files(EmojiPartResult part) =>
        $"{Relative(part.Release.Folder)}: {Figures.Count(part.Release.Files.Count)} files, contact-sheet.png and PRIVACY.md first";

    private static string Cost(EmojiPartResult part) =>
        $"{part.Run.Dataset}: ε {Figures.Epsilon(part.Run.EpsilonSpent)} at δ {Figures.Delta(part.Run.Delta ?? 0)}; "
            + $"of ε {Figures.Epsilon(part.Budget.TotalEpsilon)} (δ {Figures.Delta(part.Budget.Delta)}) a further run could cost up to "
            + $"{Figures.Epsilon(part.Budget.RemainingEpsilon)}";

    private static string Distance(double distance) => distance.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);

    private static string Indented(IEnumerable<string> lines) => string.Join(Environment.NewLine, lines.Select(line => $"  {line}"));
}
