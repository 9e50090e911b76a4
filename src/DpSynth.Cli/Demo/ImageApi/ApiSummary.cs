using System.Globalization;
using DpSynth.Cli.Demo.Emoji;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.ImageServer;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Demo.ImageApi;

/// <summary>What the demo ends with.</summary>
/// <param name="Run">The run.</param>
/// <param name="Release">Its release on this machine.</param>
/// <param name="Score">How near its populations are to the images that voted.</param>
/// <param name="Budget">What the dataset may still cost.</param>
/// <param name="Estimate">What the images were estimated to cost.</param>
/// <param name="Server">What the server saw.</param>
/// <param name="Endpoint">Where it was.</param>
/// <param name="Took">From the start of the session.</param>
internal sealed record ApiResult(
    RunView Run,
    DownloadedRelease Release,
    EmojiScore Score,
    BudgetReport Budget,
    ImageCostEstimate Estimate,
    ImageServerCounts Server,
    Uri Endpoint,
    TimeSpan Took);

/// <summary>The demo's result in words.</summary>
internal static class ApiSummary
{
    public static string Describe(ApiResult result)
    {
        var (run, folder) = (result.Run, Path.GetRelativePath(Environment.CurrentDirectory, result.Release.Folder));
        var spending = run.Spending!;
        var asked = $"{Figures.Count(result.Server.Requests)} requests: {Figures.Count(spending.Images)} images came, "
            + $"{Figures.Count(spending.Refusals)} were refused for their content and drawn anew, "
            + $"{Figures.Count(result.Server.Throttled)} times there was a 429,";
        var paid = $"{Figures.Dollars(spending.Cost)} at the pretended price, estimated {Figures.Dollars(result.Estimate.Cost)} for "
            + $"{Figures.Count(result.Estimate.Images)} images, capped at {Figures.Dollars(spending.MaxCost ?? 0)}. Nothing was really paid.";
        var spent = $"ε {Figures.Epsilon(run.EpsilonSpent)} at δ {Figures.Delta(run.Delta ?? 0)} for the presence of any one image; "
            + $"of ε {Figures.Epsilon(result.Budget.TotalEpsilon)} (δ {Figures.Delta(result.Budget.Delta)}) "
            + $"a further run could cost up to ε {Figures.Epsilon(result.Budget.RemainingEpsilon)}.";
        var worth = $"first population {Distance(result.Score.FrechetBefore)}, last population {Distance(result.Score.FrechetAfter)}; "
            + "shown because they are public, and measured by the run's own embedder.";
        return $"""

            What came out, in {folder}
              contact-sheet.png    look at this first; the model behind the server draws blurred emoji of 32×32 pixels
              synthetic-*.tar      the images, in WebDataset archives
              manifest.json        how they were made, with what was asked and paid
              PRIVACY.md           what they cost in privacy

            What was asked of the image API at {result.Endpoint}
              {asked}
              {Figures.Count(spending.LostAnswers)} answers were paid for and lost on the way; the server fails now and then on purpose.
              Sent were the prompt "an emoji", words for the strength, and candidates that the API itself had drawn. No private image left the private side.

            What it cost
              {paid}
              {spent}

            What it is worth: Fréchet distance to the {Figures.Count(result.Score.PrivateImages)} images that voted (lower is nearer)
              {worth}

            Done in {Figures.Duration(result.Took)}. Three settings of the worker turn this to Azure OpenAI: docs/foundation-apis.md.
            """;
    }

    private static string Distance(double distance) => distance.ToString("0.0", CultureInfo.InvariantCulture);
}
