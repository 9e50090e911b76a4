using System.Globalization;
using System.Text.Json.Serialization;
using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.OpenAIImages;

/// <summary>
/// The generator <c>openai-images</c>: random candidates are generated from a prompt, variations are edits of the candidate's image with a
/// prompt whose words for the strength follow from the variation degree. A candidate's two parameters are the indices of its prompt and
/// of its style.
/// </summary>
public sealed record OpenAIImagesOptions : GeneratorOptions
{
    /// <summary>The name in requests.</summary>
    public const string GeneratorName = "openai-images";

    /// <summary>Stands for the class's name in a prompt.</summary>
    public const string ClassPlaceholder = "{class}";

    /// <summary>Stands for the style in a prompt; a prompt without it gets the style at its end.</summary>
    public const string StylePlaceholder = "{style}";

    /// <summary>Stands for the words for the strength in the prompt of variations.</summary>
    public const string StrengthPlaceholder = "{strength}";

    /// <summary>Stands for the candidate's own prompt in the prompt of variations.</summary>
    public const string PromptPlaceholder = "{prompt}";

    /// <summary>The most prompts, styles and strengths.</summary>
    public const int MaxEntries = 64;

    private const int MaxPrompt = 4000;
    private const int MaxWords = 200;

    /// <summary>The model: name of a row in the table, or any name with a <see cref="ModelRow"/>.</summary>
    public required string Model { get; init; }

    /// <summary>What the service calls it, in Azure the deployment's name; null for the model's name.</summary>
    public string? Deployment { get; init; }

    /// <summary>The model's row: the table's, or the request's own.</summary>
    public required ImageModel ModelRow { get; init; }

    /// <summary>Prompts, 1 to 64; a candidate draws one, by weight.</summary>
    public required IReadOnlyList<WeightedPrompt> Prompts { get; init; }

    /// <summary>Styles, at most 64; a candidate draws one.</summary>
    public IReadOnlyList<string> Styles { get; init; } = [];

    /// <summary>The prompt of variations.</summary>
    public string VariationPrompt { get; init; } = $"Make a {StrengthPlaceholder} different picture out of this one, of the same kind: {PromptPlaceholder}";

    /// <summary>What degrees are called, ascending, the last up to 1.</summary>
    public IReadOnlyList<StrengthWords> Strengths { get; init; } = StrengthWords.Default;

    /// <summary>Width and height as <c>1024x1024</c>; null for the smallest that the model makes in the proportions nearest to the run's.</summary>
    public string? Size { get; init; }

    /// <summary>The quality, one of the row's.</summary>
    public required string Quality { get; init; }

    /// <summary>The background, one of the row's; null to leave it to the service.</summary>
    public string? Background { get; init; }

    /// <summary>The file format, one of the row's; null for the service's own.</summary>
    public string? Format { get; init; }

    /// <summary>How closely edits keep to the image, one of the row's; null to leave it to the service.</summary>
    public string? InputFidelity { get; init; }

    /// <summary>What the run may cost in US dollars; null for no cap.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>How often a drawing that the service refuses is replaced by another draw, 0 to 20.</summary>
    public int Redraws { get; init; } = 4;

    /// <summary>Refusals after which the run ends, 1 to 1,000,000.</summary>
    public int MaxRefusals { get; init; } = 100;

    /// <inheritdoc/>
    [JsonIgnore]
    public override GeneratorDescriptor Descriptor => OpenAIImagesDescriptor.Instance;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool NamesClass => Prompts.Any(static prompt => prompt.Prompt.Contains(ClassPlaceholder, StringComparison.Ordinal));

    /// <inheritdoc/>
    [JsonIgnore]
    public override int CandidatesPerShard => 50;

    /// <summary>The size at which images of a run are asked for.</summary>
    public string SizeFor(ImageShape shape) => Size ?? ModelRow.SmallestSize(shape);

    /// <summary>What one image generated and one image edited cost, in US dollars by the model's row.</summary>
    public (decimal Generation, decimal Edit) PricesFor(ImageShape shape)
    {
        var price = ModelRow.Price(SizeFor(shape), Quality)
            ?? throw new InvalidOperationException($"The row of '{Model}' has no price for quality '{Quality}'.");
        return (price, price + ModelRow.EditInput);
    }

    /// <inheritdoc/>
    public override decimal? CostOf(ImageWork work, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(work);
        var (generation, edit) = PricesFor(shape);
        return (work.Draws * generation) + (work.Variations * edit);
    }

    /// <summary>A run whose estimate is above its own cap would only pay for what nobody gets.</summary>
    public override string? DescribeFault(ImageWork work, ImageShape shape) =>
        MaxCost is { } cap && CostOf(work, shape) is { } cost && cost > cap
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The run is estimated at {cost:0.00##} US dollars for {work.Images} images, above 'generator.options.maxCost' of {cap:0.00##}: raise "
                    + $"it, or ask for less 'lookahead', fewer generations or candidates.")
            : null;

    /// <inheritdoc/>
    public override string? DescribeFault() => DescribeModelFault() ?? DescribePromptFault();

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

    private string? DescribeModelFault()
    {
        if (!IsServiceName(Model))
        {
            return "'generator.options.model' must have 1 to 64 letters, digits, '.', '-' and '_', and begin with a letter or digit.";
        }

        if (Deployment is not null && !IsServiceName(Deployment))
        {
            return "'generator.options.deployment' must have 1 to 64 letters, digits, '.', '-' and '_', and begin with a letter or digit.";
        }

        if (ModelRow.DescribeFault() is { } row)
        {
            return row;
        }

        if (Size is not null && ModelRow.DescribeSizeFault(Size) is { } size)
        {
            return size;
        }

        if (ModelRow.Price(Size ?? ModelRow.Prices[0].Size, Quality) is null)
        {
            return $"'generator.options.quality' must be one of {Join(ModelRow.Qualities)} for '{Model}', not '{Quality}'.";
        }

        if (MaxCost is <= 0 or > 1_000_000_000)
        {
            return $"'generator.options.maxCost' is {MaxCost}; it must be above 0 and at most 1000000000 US dollars.";
        }

        return DescribeChoiceFault("background", Background, ModelRow.Backgrounds)
            ?? DescribeChoiceFault("format", Format, ModelRow.Formats)
            ?? DescribeChoiceFault("inputFidelity", InputFidelity, ModelRow.InputFidelities);
    }

    private string? DescribePromptFault()
    {
        if (Prompts is not { Count: >= 1 and <= MaxEntries })
        {
            return $"'generator.options.prompts' must have 1 to {MaxEntries} entries.";
        }

        for (var i = 0; i < Prompts.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Prompts[i].Prompt) || Prompts[i].Prompt.Length > MaxPrompt)
            {
                return $"'generator.options.prompts[{i}]' must have 1 to {MaxPrompt} characters.";
            }

            if (Prompts[i].Weight is not (> 0 and <= 1_000_000))
            {
                return $"'generator.options.prompts[{i}].weight' is {Prompts[i].Weight}; it must be above 0 and at most 1000000.";
            }
        }

        if (Styles.Count > MaxEntries || Styles.Any(style => string.IsNullOrWhiteSpace(style) || style.Length > MaxWords))
        {
            return $"'generator.options.styles' must have at most {MaxEntries} entries of 1 to {MaxWords} characters.";
        }

        if (VariationPrompt is not { Length: >= 1 and <= MaxPrompt } || !VariationPrompt.Contains(StrengthPlaceholder, StringComparison.Ordinal))
        {
            return $"'generator.options.variationPrompt' must have 1 to {MaxPrompt} characters and name {StrengthPlaceholder}.";
        }

        if (Strengths is not { Count: >= 1 and <= MaxEntries }
            || Strengths.Any(strength => string.IsNullOrWhiteSpace(strength.Words) || strength.Words.Length > MaxWords))
        {
            return $"'generator.options.strengths' must have 1 to {MaxEntries} entries with 'words' of 1 to {MaxWords} characters.";
        }

        if (Strengths.Zip(Strengths.Skip(1)).Any(static pair => pair.First.UpTo >= pair.Second.UpTo) || Strengths[0].UpTo <= 0 || Strengths[^1].UpTo != 1)
        {
            return "'generator.options.strengths' must ascend in 'upTo', from above 0 to 1.";
        }

        if (Redraws is < 0 or > 20)
        {
            return $"'generator.options.redraws' is {Redraws}; it must lie between 0 and 20.";
        }

        return MaxRefusals is >= 1 and <= 1_000_000
            ? null
            : $"'generator.options.maxRefusals' is {MaxRefusals}; it must lie between 1 and 1000000.";
    }

    private string? DescribeChoiceFault(string field, string? value, IReadOnlyList<string> allowed)
    {
        if (value is null || allowed.Contains(value, StringComparer.Ordinal))
        {
            return null;
        }

        return allowed.Count == 0
            ? $"'generator.options.{field}' cannot be chosen for '{Model}'; leave it out."
            : $"'generator.options.{field}' must be one of {Join(allowed)} for '{Model}', not '{value}'.";
    }

    // It may become a part of an address: no name is a way up there.
    private static bool IsServiceName(string name) =>
        name is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(name[0]) && name.All(
            static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static string Join(IEnumerable<string> values) => string.Join(", ", values.Select(static value => $"'{value}'"));
}

/// <summary>A prompt and how often it is drawn.</summary>
/// <param name="Prompt">1 to 4,000 characters; <c>{class}</c> and <c>{style}</c> are replaced.</param>
/// <param name="Weight">In proportion to the others' weights; above 0.</param>
public sealed record WeightedPrompt(string Prompt, double Weight = 1);

/// <summary>What variation degrees are called in the prompt of an edit.</summary>
/// <param name="UpTo">The largest degree of that name, above 0 and at most 1.</param>
/// <param name="Words">The words.</param>
public sealed record StrengthWords(double UpTo, string Words)
{
    /// <summary>The words used unless the request has its own.</summary>
    public static IReadOnlyList<StrengthWords> Default { get; } =
    [
        new(0.1, "barely"), new(0.25, "slightly"), new(0.45, "somewhat"), new(0.65, "clearly"), new(0.85, "strongly"), new(1, "completely"),
    ];
}
