using System.CommandLine;
using System.Globalization;
using DpSynth.Cli.Terminals;
using DpSynth.Evaluation.Distances;
using DpSynth.Numerics;

namespace DpSynth.Cli.Scores;

/// <summary><c>dpsynth score</c> and its measures.</summary>
internal static class ScoreCommand
{
    private static readonly ScoredSets _frechet = new("The one set", "The other set");
    private static readonly ScoredSets _kernel = new("The one set", "The other set");
    private static readonly ScoredSets _precisionRecall = new("The real set", "The generated set");

    private static readonly Option<int?> _k = new("--k")
    {
        Description = $"A ball reaches to the k-th nearest embedding of its own set (default {ManifoldScores.DefaultNeighbours}).",
        HelpName = "K",
    };

    public static Command Create(CommandContext context) => CommandContext.Group(
        "score",
        $"Compare two sets of images by their embeddings. {ScoredSets.Note}",
        [
            Measure(
                context,
                "frechet",
                "The Fréchet distance between the sets' Gaussians (squared, as FID is); 0 is best.",
                _frechet,
                (_, a, b, token) => new ScoreAnswer(ScoredSets.Note) { FrechetDistance = FrechetDistance.Between(a, b, token) },
                answer => $"Fréchet distance: {Text(answer.FrechetDistance)}"),
            Measure(
                context,
                "precision-recall",
                "Precision and recall, density and coverage of a generated set; 1 is best.",
                _precisionRecall,
                (parsed, a, b, token) =>
                {
                    var k = parsed.GetValue(_k) ?? ManifoldScores.DefaultNeighbours;
                    var scores = k >= 1
                        ? ManifoldScores.Of(a, b, k, token)
                        : throw new CommandException(ExitCode.Usage, $"--k is {k}; it must be at least 1.");
                    return new ScoreAnswer(ScoredSets.Note)
                    {
                        K = k, Precision = scores.Precision, Recall = scores.Recall, Density = scores.Density, Coverage = scores.Coverage,
                    };
                },
                answer => $"precision {Text(answer.Precision)}, recall {Text(answer.Recall)}, " +
                    $"density {Text(answer.Density)}, coverage {Text(answer.Coverage)} (k = {answer.K})",
                _k),
            Measure(
                context,
                "kernel",
                "The kernel distance (unbiased squared MMD with the kernel (x·y/d + 1)³, as KID is), over all pairs; about 0 is best.",
                _kernel,
                (_, a, b, token) => new ScoreAnswer(ScoredSets.Note) { KernelDistance = KernelDistance.Between(a, b, token) },
                answer => $"kernel distance: {Text(answer.KernelDistance)}"),
        ]);

    private static Command Measure(
        CommandContext context,
        string name,
        string description,
        ScoredSets sets,
        Func<ParseResult, EmbeddingMatrix, EmbeddingMatrix, CancellationToken, ScoreAnswer> compute,
        Func<ScoreAnswer, string> text,
        params Symbol[] more) => CommandContext.Command(
            name,
            $"{description} {ScoredSets.Note}",
            [.. sets.Symbols, .. more],
            async (parsed, cancellationToken) =>
            {
                var (a, b) = await sets.ReadAsync(parsed, context.Surroundings, context.Terminal, cancellationToken);
                if (name == "frechet" && Math.Min(a.Rows, b.Rows) <= a.Columns)
                {
                    context.Terminal.Say(
                        $"There are no more images than values of an embedding ({a.Rows} and {b.Rows}, {a.Columns}): " +
                        "compare the distance only with distances of sets of the same sizes.");
                }

                var score = await ComputeAsync(context.Terminal, () => compute(parsed, a, b, cancellationToken), cancellationToken);
                context.Terminal.Result(
                    score with { A = a.Rows, B = b.Rows, Dimension = a.Columns },
                    answer => $"{text(answer)}\n"
                        + $"{Figures.Count(answer.A)} and {Figures.Count(answer.B)} embeddings of {answer.Dimension} values. {answer.Note}");
                return ExitCode.Success;
            });

    private static async Task<ScoreAnswer> ComputeAsync(Terminal terminal, Func<ScoreAnswer> compute, CancellationToken cancellationToken)
    {
        using var stage = terminal.Begin("scoring", "scores", 1);
        try
        {
            var score = await Task.Run(compute, cancellationToken);
            stage.Complete();
            return score;
        }
        catch (ArgumentException fault)
        {
            throw new CommandException(ExitCode.Usage, Sentence.Of(fault));
        }
    }

    private static string Text(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>A score; the measures that were not asked for are null.</summary>
/// <param name="Note">What everyone who reads it has to know.</param>
internal sealed record ScoreAnswer(string Note)
{
    /// <summary>Embeddings of set A.</summary>
    public int A { get; init; }

    /// <summary>Embeddings of set B.</summary>
    public int B { get; init; }

    /// <summary>Values of an embedding.</summary>
    public int Dimension { get; init; }

    public double? FrechetDistance { get; init; }

    public double? KernelDistance { get; init; }

    public int? K { get; init; }

    public double? Precision { get; init; }

    public double? Recall { get; init; }

    public double? Density { get; init; }

    public double? Coverage { get; init; }
}
