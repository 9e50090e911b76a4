using System.Diagnostics;
using DpSynth.Imaging;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Embedding;
using DpSynth.Models.Sessions;

namespace DpSynth.Cli.Models;

/// <summary>What a model costs on this machine, measured.</summary>
/// <param name="Provider">What executed it.</param>
/// <param name="LoadSeconds">Until it was ready.</param>
/// <param name="SecondsPerImage">One image after the other, once the model is warm.</param>
/// <param name="Steps">Steps of the schedule; null for an embedding.</param>
/// <param name="GuidanceScale">The guidance; null for an embedding.</param>
internal sealed record ModelCost(
    string Provider, double LoadSeconds, double SecondsPerImage, int? Steps = null, double? GuidanceScale = null)
{
    private const int MaxEmbeddings = 16;

    /// <summary>Makes one image, after one step to warm up.</summary>
    public static ModelCost OfImage(string folder, DiffusionSettings settings, InferenceOptions inference, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var pipeline = StableDiffusionPipeline.Load(folder, inference);
        var load = watch.Elapsed.TotalSeconds;
        if (pipeline.DescribeFault(settings, strength: null) is { } fault)
        {
            throw new CommandException(ExitCode.Usage, char.ToUpperInvariant(fault[0]) + fault[1..]);
        }

        var request = new DiffusionRequest
        {
            Settings = settings with { Steps = 1 },
            Seeds = new ulong[] { 0 },
            Conditionings = [pipeline.Prompts.Encode("", negativePrompt: null)],
        };
        pipeline.Generate(request, cancellationToken);
        watch.Restart();
        pipeline.Generate(request with { Settings = settings }, cancellationToken);
        return new ModelCost(
            Name(pipeline.Provider), load, watch.Elapsed.TotalSeconds, settings.Steps, settings.GuidanceScale);
    }

    /// <summary>Embeds a few images, one after the other.</summary>
    public static async Task<ModelCost> OfEmbeddingAsync(string folder, InferenceOptions inference, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var encoder = ImageEncoder.Open(ImageModelFolder.Open(folder), inference);
        var embedding = encoder.For(encoder.NativeShape);
        var load = watch.Elapsed.TotalSeconds;
        var image = new ImageBatch(encoder.NativeShape, 1);
        var values = new float[embedding.Dimension];
        await embedding.EmbedAsync(image, values, cancellationToken);
        watch.Restart();
        var done = 0;
        do
        {
            await embedding.EmbedAsync(image, values, cancellationToken);
            done++;
        }
        while (done < MaxEmbeddings && watch.Elapsed < TimeSpan.FromSeconds(1));
        return new ModelCost(Name(encoder.Model.Provider), load, watch.Elapsed.TotalSeconds / done);
    }

    private static string Name(ExecutionProvider provider) => provider.ToString().ToLowerInvariant();
}
