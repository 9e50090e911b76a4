using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using DpSynth.Cli.Inference;
using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Diffusion;

namespace DpSynth.Cli.Generation;

/// <summary><c>dpsynth generate</c>.</summary>
internal static class GenerateCommand
{
    private const int MaxImages = 1_000_000;

    private static readonly Option<string> _model = new("--model")
    {
        Description = "A Stable Diffusion model: a folder, or the name of one in the models directory.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> _prompt = new("--prompt") { Description = "What the images should show.", HelpName = "P", Required = true };

    private static readonly Option<string> _negativePrompt = new("--negative-prompt") { Description = "What they should not show.", HelpName = "N" };

    private static readonly Option<int?> _count = new("--count") { Description = "How many images (default 1).", HelpName = "N" };

    private static readonly Option<ulong?> _seed = new("--seed")
    {
        Description = "The first image's seed; the others follow (default: drawn at random). The same seed gives the same image.",
        HelpName = "X",
    };

    private static readonly Option<string> _initImage = new("--init-image") { Description = "An image to start from.", HelpName = "FILE" };

    private static readonly Option<double?> _strength = new("--strength")
    {
        Description = "How far to go from it, in (0, 1]; 1 forgets it.",
        HelpName = "A",
    };

    private static readonly Option<string> _out = new("--out")
    {
        Description = "The folder for the images, SEED.png each (default: the current one).",
        HelpName = "DIR",
    };

    private static readonly Option<bool> _replace = new("--replace") { Description = "Write over images of the same seeds." };

    private static readonly GenerationSettings _settings = new();
    private static readonly ProviderOptions _provider = new();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "generate",
        "Make images with a Stable Diffusion model, as a run's worker does.",
        [_model, _prompt, _negativePrompt, _count, .. _settings.Symbols, _seed, _initImage, _strength, _out, _replace, .. _provider.Symbols],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = _settings.Read(parsed);
        var inference = _provider.Read(parsed);
        var count = parsed.GetValue(_count) ?? 1;
        if (count is < 1 or > MaxImages)
        {
            throw new CommandException(ExitCode.Usage, $"--count is {count}; it must lie between 1 and {Figures.Count(MaxImages)}.");
        }

        var (initImage, strength) = (parsed.GetValue(_initImage), parsed.GetValue(_strength));
        if (initImage is null != strength is null)
        {
            throw new CommandException(
                ExitCode.Usage, "--init-image and --strength go together: the one is the image to start from, the other how far to go from it.");
        }

        if (initImage is not null && !File.Exists(initImage))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file '{initImage}'.");
        }

        var seed = parsed.GetValue(_seed) ?? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
        var target = new ImageTarget(parsed.GetValue(_out) ?? ".", seed, count, parsed.GetValue(_replace));
        var folder = ModelPath.Find(parsed.GetRequiredValue(_model), context.Surroundings);

        var watch = Stopwatch.StartNew();
        using var pipeline = await Task.Run(() => StableDiffusionPipeline.Load(folder, inference), cancellationToken);
        if (pipeline.DescribeFault(settings, strength) is { } fault)
        {
            throw new CommandException(ExitCode.Usage, char.ToUpperInvariant(fault[0]) + fault[1..]);
        }

        var shape = new ImageShape(settings.Width ?? pipeline.DefaultShape!.Value.Width, settings.Height ?? pipeline.DefaultShape!.Value.Height, 3);
        var start = initImage is null ? null : await ReadAsync(initImage, shape, cancellationToken);
        var job = new GenerationJob(pipeline, settings, start, strength ?? 1)
        {
            Conditioning = pipeline.Prompts.Encode(parsed.GetRequiredValue(_prompt), parsed.GetValue(_negativePrompt)),
        };
        var loaded = watch.Elapsed;
        var warnings = await Task.Run(() => job.Run(target, context.Terminal, cancellationToken), cancellationToken);
        var seconds = (watch.Elapsed - loaded).TotalSeconds;
        context.Terminal.Result(
            new GenerateAnswer
            {
                Model = Path.GetFileName(folder),
                Provider = pipeline.Provider.ToString().ToLowerInvariant(),
                Size = $"{shape.Width}×{shape.Height}",
                Steps = settings.Steps,
                GuidanceScale = settings.GuidanceScale,
                Strength = strength,
                Images = target.Images,
                LoadSeconds = loaded.TotalSeconds,
                Seconds = seconds,
                Warnings = warnings,
            },
            answer => $"Made {Figures.Count(count)} {(count == 1 ? "image" : "images")} of {answer.Size} with {answer.Model} on {answer.Provider} in " +
                $"{Figures.Duration(TimeSpan.FromSeconds(seconds))} ({seconds / count:0.00} s an image): {Describe(answer.Images)}");
        return ExitCode.Success;
    }

    private static string Describe(IReadOnlyList<SeededImage> images) =>
        images is [var only] ? only.File : $"{images[0].File} to {Path.GetFileName(images[^1].File)}";

    private static async Task<ImageBatch> ReadAsync(string path, ImageShape shape, CancellationToken cancellationToken)
    {
        var image = new ImageBatch(shape, 1);
        try
        {
            new ImageDecoder(new DecodeLimits()).Decode(await File.ReadAllBytesAsync(path, cancellationToken), shape, ResizeMode.Fill, image[0]);
            return image;
        }
        catch (ImageRejectedException fault)
        {
            throw new CommandException(ExitCode.Usage, $"'{path}' cannot be read: {fault.Message}");
        }
    }
}

/// <summary>What was made.</summary>
internal sealed record GenerateAnswer
{
    public required string Model { get; init; }

    public required string Provider { get; init; }

    public required string Size { get; init; }

    public required int Steps { get; init; }

    public required double GuidanceScale { get; init; }

    public double? Strength { get; init; }

    public required IReadOnlyList<SeededImage> Images { get; init; }

    public required double LoadSeconds { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }
}
