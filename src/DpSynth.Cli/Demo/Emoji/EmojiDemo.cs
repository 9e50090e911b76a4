using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Demo.Emoji;

/// <summary>
/// <c>dpsynth demo emoji</c>: a Stable Diffusion that is only told "an emoji" comes to draw what some private emoji show, once without
/// classes and once class by class.
/// </summary>
internal sealed class EmojiDemo(CommandContext context)
{
    /// <summary>ε of each run unless one is given; chosen in <c>docs/emoji.md</c>.</summary>
    public const double Epsilon = 5;

    private const string SheetName = "emoji.png";

    /// <summary>Runs the demo.</summary>
    public async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var (terminal, surroundings) = (context.Terminal, context.Surroundings);
        EmojiPart[] parts = [EmojiPart.Food, EmojiPart.Classes];
        var now = DateTimeOffset.UtcNow;
        var requests = parts.Select(part => DemoRequest.Load(surroundings, part.Sample, part.Sample, options, now)).ToArray();
        terminal.Say(
            $"DpSynth demo: Microsoft's Fluent emoji play the private dataset; ε = {Figures.Epsilon(options.Epsilon)} for each of two runs, "
                + "which share no image.");

        await using var session = await DemoSession.StartAsync(context, cancellationToken);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            await session.UploadAsync(requests[i], token => part.ReadAsync(surroundings.Home, token), cancellationToken);
            await session.CheckBudgetAsync(requests[i], "Fluent emoji", cancellationToken);
        }

        using var scoring = new EmojiScoring(session.Connection.Candidates, surroundings.Home);
        var results = new List<EmojiPartResult>();
        var comparisons = new List<EmojiComparison>();
        for (var i = 0; i < parts.Length; i++)
        {
            terminal.Say(parts[i].HasClasses
                ? $"{parts[i].Categories.Count} categories as classes:"
                : $"One category ({parts[i].Categories[0]}), without classes:");
            var (run, release) = await session.RunAsync(requests[i], cancellationToken);
            if (release is null)
            {
                terminal.Result(run, RunText.Describe);
                return RunText.ExitCodeOf(run.State);
            }

            using var stage = terminal.Begin("Scoring", "", 0);
            var compared = await scoring.CompareAsync(parts[i], release, cancellationToken);
            stage.Complete();
            comparisons.AddRange(compared);
            results.Add(new EmojiPartResult(
                run, release, [.. compared.Select(comparison => comparison.Score)], await session.ReadBudgetAsync(requests[i].Dataset, cancellationToken)));
        }

        var sheet = Path.Combine(results[^1].Release.Folder, SheetName);
        await File.WriteAllBytesAsync(sheet, EmojiSheet.Render(comparisons), cancellationToken);
        terminal.Result(new EmojiResult(results, sheet, session.Took), EmojiSummary.Describe);
        await session.KeepAsync(options, cancellationToken);
        return ExitCode.Success;
    }
}
