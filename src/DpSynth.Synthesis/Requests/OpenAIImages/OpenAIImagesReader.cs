using System.Globalization;
using System.Text.Json;

namespace DpSynth.Synthesis.Requests.OpenAIImages;

/// <summary>Reads the options of <c>openai-images</c>.</summary>
internal static class OpenAIImagesReader
{
    /// <summary>Reads the options; what they say in the end is for <see cref="OpenAIImagesOptions.DescribeFault()"/> to judge.</summary>
    public static OpenAIImagesOptions Read(JsonFields options, bool classConditional)
    {
        var model = options.RequireText("model");
        var row = options.Object("modelRow") is { } own
            ? ReadRow(own)
            : ImageModelTable.Rows.TryGetValue(model, out var known)
                ? known
                : throw new RequestException($"'{options.PathOf("model")}' is '{model}', which the table of models does not have{JsonFields.Suggest(model, [.. ImageModelTable.Rows.Keys])}; or describe it in '{options.PathOf("modelRow")}'.");
        var prompts = options.List("prompts", OpenAIImagesOptions.MaxEntries, ReadPrompt);
        if (!classConditional && prompts.Any(static prompt => prompt.Prompt.Contains(OpenAIImagesOptions.ClassPlaceholder, StringComparison.Ordinal)))
        {
            throw new RequestException(
                $"'{options.PathOf("prompts")}' names {OpenAIImagesOptions.ClassPlaceholder}, but the run is not class-conditional: leave it out or set 'classConditional'.");
        }

        var result = new OpenAIImagesOptions
        {
            Model = model,
            Deployment = options.Text("deployment"),
            ModelRow = row,
            Prompts = prompts,
            Styles = options.List("styles", OpenAIImagesOptions.MaxEntries, JsonFields.AsText),
            Size = options.Text("size"),
            Quality = options.Text("quality") ?? (row.Prices is [var cheapest, ..] ? cheapest.Quality : ""),
            Background = options.Text("background"),
            Format = options.Text("format"),
            InputFidelity = options.Text("inputFidelity"),
            MaxCost = options.Take("maxCost") is { } cap ? ToMoney(JsonFields.AsNumber(cap, options.PathOf("maxCost"))) : null,
        };
        var strengths = options.List("strengths", OpenAIImagesOptions.MaxEntries, ReadStrength);
        return result with
        {
            VariationPrompt = options.Text("variationPrompt") ?? result.VariationPrompt,
            Strengths = strengths.Count > 0 ? strengths : result.Strengths,
            Redraws = options.Integer("redraws", result.Redraws, 0, 20),
            MaxRefusals = options.Integer("maxRefusals", result.MaxRefusals, 1, 1_000_000),
        };
    }

    /// <summary>Refuses a request whose estimate is above its own cap: it would only pay for what nobody gets.</summary>
    public static void CheckCost(RunRequest request)
    {
        if (request.Generator is OpenAIImagesOptions { MaxCost: { } cap } && ImageCostEstimate.Of(request) is { } estimate && estimate.Cost > cap)
        {
            throw new RequestException(string.Create(
                CultureInfo.InvariantCulture,
                $"The run is estimated at {estimate.Cost:0.00##} US dollars for {estimate.Images} images, above 'generator.options.maxCost' of {cap:0.00##}: raise it, or ask for less 'lookahead', fewer generations or candidates."));
        }
    }

    /// <summary>Reads a row of the table of models.</summary>
    public static ImageModel ReadRow(JsonFields row)
    {
        var model = new ImageModel
        {
            Sizes = row.List("sizes", 64, JsonFields.AsText),
            FreeSizes = row.Object("freeSizes") is { } free ? ReadFreeSizes(free) : null,
            Backgrounds = row.List("backgrounds", 16, JsonFields.AsText),
            Formats = row.List("formats", 16, JsonFields.AsText),
            InputFidelities = row.List("inputFidelities", 16, JsonFields.AsText),
            Prices = row.List("prices", 256, ReadPrice),
            EditInput = ToMoney(row.Number("editInput", 0, 0, 1000)),
            PriceSource = row.Text("priceSource"),
        };
        row.RefuseUnknown();
        return model;
    }

    private static FreeSizes ReadFreeSizes(JsonFields fields)
    {
        var sizes = new FreeSizes(
            fields.Integer("multipleOf", 1, 1, 256),
            fields.Integer("longestEdge", null, 1, 8192),
            fields.Number("elongation", 1, 1, 100),
            fields.Integer("fewestPixels", 1, 1, int.MaxValue),
            fields.Integer("mostPixels", null, 1, int.MaxValue));
        fields.RefuseUnknown();
        return sizes;
    }

    private static ImagePrice ReadPrice(JsonElement element, string path)
    {
        var fields = new JsonFields(element, path);
        var price = new ImagePrice(fields.RequireText("quality"), fields.RequireText("size"), ToMoney(fields.RequireNumber("usd")));
        fields.RefuseUnknown();
        return price;
    }

    private static WeightedPrompt ReadPrompt(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new WeightedPrompt(JsonFields.AsText(element, path));
        }

        var fields = new JsonFields(element, path);
        var prompt = new WeightedPrompt(fields.RequireText("prompt"), fields.Number("weight", 1, 0, 1_000_000));
        fields.RefuseUnknown();
        return prompt;
    }

    private static StrengthWords ReadStrength(JsonElement element, string path)
    {
        var fields = new JsonFields(element, path);
        var strength = new StrengthWords(fields.RequireNumber("upTo"), fields.RequireText("words"));
        fields.RefuseUnknown();
        return strength;
    }

    private static decimal ToMoney(double usd) => usd is >= -1e12 and <= 1e12 ? Math.Round((decimal)usd, 6) : decimal.MaxValue;
}
