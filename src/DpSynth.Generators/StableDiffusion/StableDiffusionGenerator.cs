using System.Collections.Concurrent;
using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Imaging;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.StableDiffusion;

/// <summary>The generator <c>stable-diffusion</c>; see <see cref="StableDiffusionOptions"/>. Thread-safe.</summary>
public sealed class StableDiffusionGenerator : IGenerator
{
    // Tells the draw of the prompt from the image's noise.
    private const ulong PromptStage = 1;
    private const ulong NoiseStage = 2;

    // Pixels of the model's size that are held at a time: a run's images may be far smaller.
    private const int BlockBytes = 128 << 20;

    private readonly StableDiffusionOptions _options;
    private readonly StableDiffusionPipeline _pipeline;
    private readonly DiffusionSettings _settings;
    private readonly ImageShape _runShape;
    private readonly ImageShape _modelShape;
    private readonly ShapeConversion _conversion;
    private readonly GenerationNotes _loadNotes;
    private readonly ConcurrentDictionary<string, Conditioning> _encoded = new(StringComparer.Ordinal);

    private StableDiffusionGenerator(StableDiffusionOptions options, StableDiffusionPipeline pipeline, DiffusionSettings settings, ImageShape shape)
    {
        (_options, _pipeline, _settings, _runShape) = (options, pipeline, settings, shape);
        _modelShape = new ImageShape(settings.Width ?? pipeline.DefaultShape!.Value.Width, settings.Height ?? pipeline.DefaultShape!.Value.Height, 3);
        _conversion = new ShapeConversion(_modelShape, shape);
        _loadNotes = new GenerationNotes
        {
            Providers = [pipeline.Provider.ToString().ToLowerInvariant()],
            Warnings = pipeline.ProviderFallback is { } fallback ? [$"The processor ran the model: {fallback}"] : [],
        };
    }

    /// <inheritdoc/>
    public int ParameterCount => 1;

    /// <inheritdoc/>
    public bool VariesFromImages => true;

    /// <summary>Makes a generator for images of a shape: what the model makes at its own size, or at that of the options, is resized to it.</summary>
    /// <exception cref="GenerationException">The model does not take the settings.</exception>
    public static StableDiffusionGenerator Create(StableDiffusionOptions options, ImageShape shape, StableDiffusionPipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pipeline);
        var settings = new DiffusionSettings
        {
            Steps = options.Steps,
            GuidanceScale = options.GuidanceScale,
            Scheduler = options.Scheduler is { } scheduler ? SchedulerName.Parse(scheduler) : null,
            Width = options.Width,
            Height = options.Height,
        };
        try
        {
            if (pipeline.DescribeFault(settings, strength: null) is { } fault)
            {
                throw new GenerationException($"The model '{options.Model}' does not take the request: {fault}");
            }
        }
        catch (ModelFolderException fault)
        {
            throw new GenerationException($"The model '{options.Model}' cannot be used: {fault.Message}", fault);
        }

        return new StableDiffusionGenerator(options, pipeline, settings, shape);
    }

    /// <inheritdoc/>
    public async ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken)
    {
        var prompts = new int[seeds.Length];
        for (var i = 0; i < prompts.Length; i++)
        {
            prompts[i] = new SeededRandom(SeededRandom.Derive(seeds.Span[i], PromptStage)).NextInt(_options.Prompts.Count);
        }

        return await MakeAsync(className, prompts, seeds, parents: null, cancellationToken);
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
        {
            throw new ArgumentException(fault, nameof(degree));
        }

        if (parents.Images is not { } images)
        {
            throw new ArgumentException("Variations start from the parents' images, which are missing.", nameof(parents));
        }

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
        string? className, int[] prompts, ReadOnlyMemory<ulong> seeds, InitialImages? parents, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                var images = new ImageBatch(_runShape, seeds.Length);
                var notes = _loadNotes;
                var block = Math.Max(1, BlockBytes / _modelShape.ByteCount);
                for (var start = 0; start < seeds.Length; start += block)
                {
                    var count = Math.Min(block, seeds.Length - start);
                    var made = Make(
                        className,
                        prompts.AsSpan(start, count),
                        seeds.Span.Slice(start, count),
                        parents is null ? null : parents with { ImageOf = parents.ImageOf.Slice(start, count) },
                        cancellationToken);
                    _conversion.ToRun(made.Images).Pixels.CopyTo(images.Slice(start, count).Pixels);
                    notes = notes.And(new GenerationNotes { FlaggedDrawings = made.Redrawn, Warnings = made.Warnings });
                }

                return new CandidateBatch(images, Array.ConvertAll(prompts, prompt => (float)prompt), prompts.Length, 1)
                {
                    Notes = notes.And(
                    new GenerationNotes { Warnings = CutPrompts(prompts, className) })
                };
            }
            catch (Exception fault) when (fault is GeneratedImageException or ModelFolderException)
            {
                throw new GenerationException($"The model '{_options.Model}' failed: {fault.Message}", fault);
            }
        },
        cancellationToken);

    private DiffusionResult Make(
        string? className, ReadOnlySpan<int> prompts, ReadOnlySpan<ulong> seeds, InitialImages? parents, CancellationToken cancellationToken)
    {
        var used = prompts.ToArray().Distinct().Order().ToArray();
        return _pipeline.Generate(
            new DiffusionRequest
            {
                Settings = _settings,
                Seeds = Array.ConvertAll(seeds.ToArray(), seed => SeededRandom.Derive(seed, NoiseStage)),
                Conditionings = Array.ConvertAll(used, prompt => Encode(_options.Prompts[prompt], className)),
                ConditioningOf = Array.ConvertAll(prompts.ToArray(), prompt => Array.BinarySearch(used, prompt)),
                Start = parents is null ? null : Start(parents),
            },
            cancellationToken);
    }

    private string[] CutPrompts(int[] prompts, string? className) =>
    [
        .. prompts.Distinct()
            .Where(prompt => Encode(_options.Prompts[prompt], className) is var encoded && (encoded.Condition.Truncated || encoded.Unconditional.Truncated))
            .Select(prompt => $"Prompt {prompt} or the negative prompt is longer than the model's context: its end was left "
                + $"out{(className is null ? "" : $" (class '{className}')")}."),
    ];

    // Of the parents only those that are varied here are brought to the model's size.
    private InitialImages Start(InitialImages parents)
    {
        var used = parents.ImageOf.ToArray().Distinct().Order().ToArray();
        return parents with
        {
            Images = _conversion.ToModel(parents.Images, used),
            ImageOf = Array.ConvertAll(parents.ImageOf.ToArray(), image => Array.BinarySearch(used, image)),
        };
    }

    private Conditioning Encode(string template, string? className)
    {
        if (className is null && template.Contains(StableDiffusionOptions.ClassPlaceholder, StringComparison.Ordinal))
        {
            throw new GenerationException($"A prompt names {StableDiffusionOptions.ClassPlaceholder}, but the run is not class-conditional.");
        }

        var prompt = template.Replace(StableDiffusionOptions.ClassPlaceholder, className, StringComparison.Ordinal);
        return _encoded.GetOrAdd(prompt, text => _pipeline.Prompts.Encode(text, _options.NegativePrompt));
    }
}
