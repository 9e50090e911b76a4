using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Models.Diffusion;

namespace DpSynth.Cli.Generation;

/// <summary>Makes images block by block and writes each block when it is done, so that neither memory nor an interruption costs more than one.</summary>
internal sealed class GenerationJob(StableDiffusionPipeline pipeline, DiffusionSettings settings, ImageBatch? start, double strength)
{
    private const int BlockBytes = 128 << 20;
    private const int MaxImages = 256;

    /// <summary>The prompts, encoded once.</summary>
    public required Conditioning Conditioning { get; init; }

    /// <summary>Makes all images.</summary>
    /// <returns>What the person should be told; it has been said already.</returns>
    public IReadOnlyList<string> Run(ImageTarget target, Terminal terminal, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        void Warn(string warning)
        {
            if (!warnings.Contains(warning))
            {
                warnings.Add(warning);
                terminal.Say(warning);
            }
        }

        if (pipeline.ProviderFallback is { } fallback)
        {
            Warn($"The processor runs the model: {fallback}");
        }

        if (Conditioning.Condition.Truncated || Conditioning.Unconditional.Truncated)
        {
            Warn($"The {(Conditioning.Condition.Truncated ? "prompt" : "negative prompt")} is longer than the model's context of " +
                $"{Conditioning.Condition.TokenCount} tokens: its end was left out.");
        }

        var count = target.Images.Count;
        using var stage = terminal.Begin("generating", "images", count);
        var width = settings.Width ?? pipeline.DefaultShape!.Value.Width;
        var height = settings.Height ?? pipeline.DefaultShape!.Value.Height;
        var block = Math.Clamp(BlockBytes / new ImageShape(width, height, 3).ByteCount, 1, MaxImages);
        for (var first = 0; first < count; first += block)
        {
            var images = Math.Min(block, count - first);
            var result = pipeline.Generate(
                new DiffusionRequest
                {
                    Settings = settings,
                    Seeds = target.Images.Skip(first).Take(images).Select(image => image.Seed).ToArray(),
                    Conditionings = [Conditioning],
                    Start = start is null ? null : new InitialImages(start, new int[images], strength),
                },
                cancellationToken,
                new StepProgress(stage, first, images));
            target.Write(first, result.Images);
            stage.Report(first + images);
            foreach (var warning in result.Warnings)
            {
                Warn(warning);
            }

            if (result.Redrawn > 0)
            {
                Warn($"The model's safety checker flagged {Figures.Count(result.Redrawn)} drawings; they were made anew.");
            }
        }

        stage.Complete();
        return warnings;
    }

    /// <summary>Shows steps as the images they amount to.</summary>
    private sealed class StepProgress(IProgressStage stage, int first, int images) : IProgress<DiffusionProgress>
    {
        public void Report(DiffusionProgress value) => stage.Report(first + (value.Done * images / Math.Max(1, value.Total)));
    }
}
