using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.StableDiffusion;

/// <summary>
/// The generator <c>stable-diffusion</c>: random candidates are drawn from a prompt, variations start from the candidate's image with
/// its prompt again, at the strength that is the variation degree. A candidate's one parameter is the index of its prompt.
/// </summary>
public sealed record StableDiffusionOptions : GeneratorOptions
{
    /// <summary>The name in requests.</summary>
    public const string GeneratorName = "stable-diffusion";

    /// <summary>Stands for the class's name in a prompt.</summary>
    public const string ClassPlaceholder = "{class}";

    /// <summary>The most prompts.</summary>
    public const int MaxPrompts = 64;

    private const int MaxPrompt = 1000;

    /// <summary>The schedulers that can be asked for.</summary>
    public static IReadOnlyList<string> Schedulers { get; } =
        ["ddim", "euler", "euler-karras", "euler-ancestral", "dpm-solver++", "dpm-solver++-karras", "pndm", "lcm"];

    /// <summary>The model: name of a folder in the worker's folder of models, or in the container <c>models</c>; see <see cref="ModelName"/>.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// The model's fingerprint (<see cref="Synthesis.Models.ModelIndex"/>): workers refuse any other model of the name. Null until the run is
    /// planned, unless the request states it.
    /// </summary>
    public string? ModelHash { get; init; }

    /// <summary>Prompts, 1 to 64 of 1 to 1,000 characters; <c>{class}</c> stands for the class's name. A candidate draws one.</summary>
    public required IReadOnlyList<string> Prompts { get; init; }

    /// <summary>What images should not show; null for the model's empty condition.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>0 to 50; up to 1 without guidance.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>Steps of the whole schedule, 1 to 1000; a variation runs the share of them that its degree says.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>One of <see cref="Schedulers"/>, or null for the model's own.</summary>
    public string? Scheduler { get; init; }

    /// <summary>Width at which images are made, in pixels; null for the model's own. They are resized to the run's afterwards.</summary>
    public int? Width { get; init; }

    /// <summary>Height at which images are made; given together with <see cref="Width"/>.</summary>
    public int? Height { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override GeneratorDescriptor Descriptor => StableDiffusionDescriptor.Instance;

    /// <inheritdoc/>
    [JsonIgnore]
    public override ModelReference PinnedModel => new(Model, ModelHash);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool NamesClass => Prompts.Any(static prompt => prompt.Contains(ClassPlaceholder, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override GeneratorOptions WithModelHash(string hash) => this with { ModelHash = hash };

    /// <inheritdoc/>
    [JsonIgnore]
    public override int CandidatesPerShard => 100;

    /// <inheritdoc/>
    public override string? DescribeFault()
    {
        if (!ModelName.IsValid(Model))
        {
            return $"'generator.options.model' must be {ModelName.Rule}.";
        }

        if (ModelHash is not null && !Synthesis.Requests.ModelHash.IsValid(ModelHash))
        {
            return $"'generator.options.modelHash' must be {Synthesis.Requests.ModelHash.Rule}.";
        }

        if (Prompts is not { Count: >= 1 and <= MaxPrompts })
        {
            return $"'generator.options.prompts' must have 1 to {MaxPrompts} entries.";
        }

        for (var i = 0; i < Prompts.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Prompts[i]) || Prompts[i].Length > MaxPrompt)
            {
                return $"'generator.options.prompts[{i}]' must have 1 to {MaxPrompt} characters.";
            }
        }

        if (NegativePrompt is { Length: > MaxPrompt })
        {
            return $"'generator.options.negativePrompt' must have at most {MaxPrompt} characters.";
        }

        if (GuidanceScale is not (>= 0 and <= 50))
        {
            return $"'generator.options.guidanceScale' is {GuidanceScale}; it must lie between 0 and 50.";
        }

        if (Steps is not (>= 1 and <= 1000))
        {
            return $"'generator.options.steps' is {Steps}; it must lie between 1 and 1000.";
        }

        if (Width is null != Height is null)
        {
            return "'generator.options.width' and 'height' are given together, or neither: then the model's own size is taken.";
        }

        if (Width is < 8 or > 2048 || Height is < 8 or > 2048)
        {
            return $"'generator.options.width' and 'height' must lie between 8 and 2048, not {Width}×{Height}.";
        }

        return Scheduler is null || Schedulers.Contains(Scheduler)
            ? null
            : $"'generator.options.scheduler' must be one of {string.Join(", ", Schedulers)}.";
    }

    /// <inheritdoc/>
    public override string? DescribeFault(VariationDegree degree)
    {
        if (degree.Components.Count > 0)
        {
            return $"{GeneratorName} knows no degree component '{degree.Components.Keys.First()}': its degree is one number, the strength.";
        }

        return degree.Value is > 0 and <= 1
            ? null
            : $"a degree of {GeneratorName} must be a strength above 0 and at most 1, not {degree.Value?.ToString() ?? "missing"}.";
    }
}
