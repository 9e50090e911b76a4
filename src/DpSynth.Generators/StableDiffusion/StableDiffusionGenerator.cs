using System.Collections.Concurrent;
using DpSynth.Imaging;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Randomness;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.StableDiffusion;

/// <summary>The generator <c>stable-diffusion</c>; see <see cref="StableDiffusionOptions"/>. Thread-safe.</summary>
public sealed class StableDiffusionGenerator : IGenerator
{
    // Tells the draw of the prompt from the image's noise.
    private const ulong PromptStage = 1;
    private const ulong NoiseStage = 2;

    private readonly StableDiffusionOptions _options;
    private readonly StableDiffusionPipeline _pipeline;
    private readonly DiffusionSettings _settings;
    private readonly ConcurrentDictionary<string, Conditioning> _encoded = new(StringComparer.Ordinal);

    private StableDiffusionGenerator(StableDiffusionOptions options, StableDiffusionPipeline pipeline, DiffusionSettings settings) =>
        (_options, _pipeline, _settings) = (options, pipeline, settings);

    /// <inheritdoc/>
    public int ParameterCount => 1;

    /// <inheritdoc/>
    public bool VariesFromImages => true;

    /// <summary>What really executes the model; for the manifest.</summary>
    public ExecutionProvider Provider => _pipeline.Provider;

    /// <summary>Makes a generator for images of a shape.</summary>
    /// <exception cref="GenerationException">The model makes no such images, or does not take the settings.</exception>
    public static StableDiffusionGenerator Create(StableDiffusionOptions options, ImageShape shape, StableDiffusionPipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pipeline);
        if (shape.Channels != 3)
            throw new GenerationException($"{StableDiffusionOptions.GeneratorName} makes images of 3 channels, not {shape.Channels}: set 'image.channels' to 3.");

        var settings = new DiffusionSettings
        {
            Steps = options.Steps,
            GuidanceScale = options.GuidanceScale,
            Scheduler = options.Scheduler is { } scheduler ? SchedulerName.Parse(scheduler) : null,
            Width = shape.Width,
            Height = shape.Height,
        };
        try
        {
            if (pipeline.DescribeFault(settings, strength: null) is { } fault)
                throw new GenerationException($"The model '{options.Model}' does not take the request: {fault}");
        }
        catch (ModelFolderException fault)
        {
            throw new GenerationException($"The model '{options.Model}' cannot be used: {fault.Message}", fault);
        }

        return new StableDiffusionGenerator(options, pipeline, settings);
    }

    /// <inheritdoc/>
    public async ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken)
    {
        var prompts = new int[seeds.Length];
        for (var i = 0; i < prompts.Length; i++)
            prompts[i] = new SeededRandom(SeededRandom.Derive(seeds.Span[i], PromptStage)).NextInt(_options.Prompts.Count);
        return await MakeAsync(className, prompts, seeds, start: null, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The degree is no strength, or the parents have no images or an unknown prompt.</exception>
    public async ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents,
        ReadOnlyMemory<int> parentOf,
        VariationDegree degree,
        string? className,
        ReadOnlyMemory<ulong> seeds,
        CancellationToken cancellationToken)
    {
        if (_options.DescribeFault(degree) is { } fault)
            throw new ArgumentException(fault, nameof(degree));
        if (parents.Images is not { } images)
            throw new ArgumentException("Variations start from the parents' images, which are missing.", nameof(parents));

        var prompts = new int[parentOf.Length];
        for (var i = 0; i < prompts.Length; i++)
        {
            var prompt = parents.ParametersOf(parentOf.Span[i])[0];
            prompts[i] = prompt >= 0 && prompt < _options.Prompts.Count
                ? (int)prompt
                : throw new ArgumentException($"Parent {parentOf.Span[i]} names a prompt that the options do not have.", nameof(parents));
        }

        return await MakeAsync(className, prompts, seeds, new InitialImages(images, parentOf, degree.Value!.Value), cancellationToken);
    }

    private Task<CandidateBatch> MakeAsync(
        string? className, int[] prompts, ReadOnlyMemory<ulong> seeds, InitialImages? start, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                var used = prompts.Distinct().Order().ToArray();
                var result = _pipeline.Generate(
                    new DiffusionRequest
                    {
                        Settings = _settings,
                        Seeds = Array.ConvertAll(seeds.ToArray(), seed => SeededRandom.Derive(seed, NoiseStage)),
                        Conditionings = used.Length > 0 ? Array.ConvertAll(used, prompt => Encode(_options.Prompts[prompt], className)) : [Encode(_options.Prompts[0], className)],
                        ConditioningOf = Array.ConvertAll(prompts, prompt => Array.BinarySearch(used, prompt)),
                        Start = start,
                    },
                    cancellationToken);
                return new CandidateBatch(result.Images, Array.ConvertAll(prompts, prompt => (float)prompt), prompts.Length, 1);
            }
            catch (Exception fault) when (fault is GeneratedImageException or ModelFolderException)
            {
                throw new GenerationException($"The model '{_options.Model}' failed: {fault.Message}", fault);
            }
        },
        cancellationToken);

    private Conditioning Encode(string template, string? className)
    {
        if (className is null && template.Contains(StableDiffusionOptions.ClassPlaceholder, StringComparison.Ordinal))
            throw new GenerationException($"A prompt names {StableDiffusionOptions.ClassPlaceholder}, but the run is not class-conditional.");

        var prompt = template.Replace(StableDiffusionOptions.ClassPlaceholder, className, StringComparison.Ordinal);
        return _encoded.GetOrAdd(prompt, text => _pipeline.Prompts.Encode(text, _options.NegativePrompt));
    }
}
