using DpSynth.Imaging;

namespace DpSynth.Synthesis.Requests.OpenAIImages;

/// <summary>What a run asks of an image API, told from its request alone: M·(1 + …) of Private Evolution, counted out.</summary>
/// <param name="Generations">Images generated from a prompt: the population of generation 0.</param>
/// <param name="Edits">Images edited: initial folds, lookahead of every generation that is voted on, variations.</param>
/// <param name="Cost">Their price in US dollars by the model's row, if no answer is lost and no job is done twice.</param>
public sealed record ImageCostEstimate(long Generations, long Edits, decimal Cost)
{
    /// <summary>Images in all.</summary>
    public long Images => Generations + Edits;

    /// <summary>The estimate of a request; null if it names another generator.</summary>
    public static ImageCostEstimate? Of(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Generator is OpenAIImagesOptions options ? Of(options, request.Evolution, request.Image.ToShape()) : null;
    }

    /// <summary>The estimate of an evolution.</summary>
    public static ImageCostEstimate Of(OpenAIImagesOptions options, EvolutionOptions evolution, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(evolution);
        var sizes = evolution.PopulationSizes;
        var edits = (long)sizes[0] * evolution.InitialVariationFolds;
        for (var generation = 0; generation < sizes.Count; generation++)
        {
            if (generation < evolution.Iterations)
            {
                edits += (long)sizes[generation] * evolution.Lookahead;
            }

            if (generation > 0)
            {
                edits += sizes[generation] - (evolution.KeepSelected ? sizes[generation] / (evolution.NextVariationFolds + 1) : 0);
            }
        }

        var (generationPrice, editPrice) = PricesOf(options, shape);
        return new ImageCostEstimate(sizes[0], edits, (sizes[0] * generationPrice) + (edits * editPrice));
    }

    /// <summary>What one image generated and one image edited cost.</summary>
    public static (decimal Generation, decimal Edit) PricesOf(OpenAIImagesOptions options, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(options);
        var price = options.ModelRow.Price(options.SizeFor(shape), options.Quality)
            ?? throw new ArgumentException($"The row of '{options.Model}' has no price for quality '{options.Quality}'.", nameof(options));
        return (price, price + options.ModelRow.EditInput);
    }
}
