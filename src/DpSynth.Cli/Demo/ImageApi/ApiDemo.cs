using DpSynth.Catalogue;
using DpSynth.Cli.Demo.Emoji;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Demo.ImageApi;

/// <summary>
/// <c>dpsynth demo api</c>: Private Evolution through an image API, against a server on this machine that speaks Azure OpenAI's wire
/// format, so that the path is seen without an account.
/// </summary>
internal sealed class ApiDemo(CommandContext context)
{
    /// <summary>ε unless one is given.</summary>
    public const double Epsilon = 4;

    private const string Sample = "emoji-api";

    /// <summary>Runs the demo.</summary>
    public async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var (terminal, surroundings) = (context.Terminal, context.Surroundings);
        var part = EmojiPart.Food;
        var request = DemoRequest.Load(surroundings, Sample, "api", options, DateTimeOffset.UtcNow);
        terminal.Say(
            $"DpSynth demo: {part.Categories[0]} of Microsoft's Fluent emoji plays the private dataset; ε = {Figures.Epsilon(options.Epsilon)}. "
                + "A server on this machine plays Azure OpenAI.");

        using var model = DemoImageServer.LoadModel(surroundings);
        await using var server = await DemoImageServer.StartAsync(model, options.Seed, cancellationToken);
        await using var session = await DemoSession.StartAsync(context, DemoImageServer.WorkerSettings(server), cancellationToken);
        await session.UploadAsync(request, token => part.ReadAsync(surroundings.Home, token), cancellationToken);
        await session.CheckBudgetAsync(request, "Fluent emoji", cancellationToken);
        var read = RequestParts.Reader.Read(request.Json);
        ImageCost.Announce(read, terminal);

        var (run, release) = await session.RunAsync(request, cancellationToken);
        if (release is null)
        {
            terminal.Result(run, RunText.Describe);
            return RunText.ExitCodeOf(run.State);
        }

        EmojiScore score;
        using (var stage = terminal.Begin("Scoring", "", 0))
        using (var scoring = new EmojiScoring(session.Connection.Candidates, surroundings.Home))
        {
            score = (await scoring.CompareAsync(part, release, cancellationToken))[0].Score;
            stage.Complete();
        }

        var result = new ApiResult(
            run,
            release,
            score,
            await session.ReadBudgetAsync(request.Dataset, cancellationToken),
            ImageCostEstimate.Of(read)!,
            server.Counts,
            server.AzureEndpoint,
            session.Took);
        terminal.Result(result, ApiSummary.Describe);
        await session.KeepAsync(options, cancellationToken);
        return ExitCode.Success;
    }
}
