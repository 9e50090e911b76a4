using System.Globalization;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Demo.Mnist;

/// <summary>What the demo ends with.</summary>
/// <param name="Run">The run.</param>
/// <param name="Release">Its release on this machine.</param>
/// <param name="Scores">How good it is.</param>
/// <param name="Budget">What the dataset may still cost.</param>
/// <param name="Took">From the start of the command.</param>
internal sealed record MnistResult(RunView Run, DownloadedRelease Release, MnistScores Scores, BudgetReport Budget, TimeSpan Took);

/// <summary>The demo's result in words.</summary>
internal static class MnistSummary
{
    public static string Describe(MnistResult result)
    {
        var (run, release, scores, budget) = (result.Run, result.Release, result.Scores, result.Budget);
        var folder = Path.GetRelativePath(Environment.CurrentDirectory, release.Folder);
        var spent = $"ε {Figures.Epsilon(run.EpsilonSpent)} at δ {Figures.Delta(run.Delta ?? 0)} for the presence of any one image: "
            + "noisy counts of votes and of classes are all that left the private side.";
        var left = $"The dataset may cost ε {Figures.Epsilon(budget.TotalEpsilon)} in all (δ {Figures.Delta(budget.Delta)}); "
            + $"a further run could cost up to ε {Figures.Epsilon(budget.RemainingEpsilon)}.";
        var before = $"({Figures.Count(scores.RandomImages)} images, before any private vote)";
        var done = $"Done in {Figures.Duration(result.Took)}. Next: your own images with './dpsynth datasets upload', "
            + "a request like samples/mnist.json with './dpsynth runs submit'.";
        return $"""

            What came out, in {folder}
              synthetic-*.tar      {Figures.Count(scores.SyntheticImages)} images with their classes, in {Archives(release)}
              contact-sheet.png    one row a class: look at this first
              manifest.json        how they were made
              PRIVACY.md           what they cost, in words; privacy.json the same for machines

            What it cost
              {spent}
              {left}

            What it is worth
              A classifier sees synthetic images only, and is then tested on MNIST's {Figures.Count(scores.TestImages)} real test images:
                trained on the first random population   {Percent(scores.RandomAccuracy)}   {before}
                trained on the release                   {Percent(scores.SyntheticAccuracy)}   ({Figures.Count(scores.SyntheticImages)} images)
              {Verdict(scores)}
              This score is shown because MNIST is public; a score against private data would leak, and no release holds one.
              The sample's settings were chosen by this score too; what a dataset of your own gives, only its own run tells.

            {done}
            """;
    }

    private static string Archives(DownloadedRelease release)
    {
        var archives = release.Files.Count(file => file.EndsWith(".tar", StringComparison.Ordinal));
        return $"{archives} WebDataset archive{(archives == 1 ? "" : "s")}";
    }

    private static string Verdict(MnistScores scores)
    {
        var gain = (scores.SyntheticAccuracy - scores.RandomAccuracy) * 100;
        return gain >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"The private votes bought {gain:0.0} points.")
            : string.Create(
                CultureInfo.InvariantCulture, $"The release scores {-gain:0.0} points below the random population: the votes did not help at this ε.");
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal).PadLeft(6);
}
