using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.OpenAIImages;

/// <summary>The generator <c>openai-images</c> among what requests can name, and the reader of its options.</summary>
public static class OpenAIImagesDescriptor
{
    private static readonly Field<string> _model = Field.RequiredText(
        "model", "1 to 64 letters, digits, `.`, `-`, `_`", "`gpt-image-2`, `gpt-image-1.5`, `gpt-image-1-mini`, or any with a `modelRow`");

    private static readonly Field<string?> _deployment = Field.Text("deployment", "the model", "as `model`", "what the service calls it");

    private static readonly Field<ImageModel?> _modelRow = new(
        "modelRow",
        "`sizes`, `freeSizes` (`multipleOf`, `longestEdge`, `elongation`, `fewestPixels`, `mostPixels`), `backgrounds`, `formats`, `inputFidelities`, "
            + "`prices` (`quality`, `size`, `usd`), `editInput` (US dollars that the input of an edit adds), `priceSource`",
        static (fields, name) => fields.Object(name) is { } row ? ReadRow(row) : null)
    {
        Default = "the table's",
        Range = "",
        Schema = static () => new() { ["type"] = "object" },
    };

    private static readonly Field<IReadOnlyList<WeightedPrompt>> _prompts = Field.List(
        "prompts",
        OpenAIImagesOptions.MaxEntries,
        static () => OrObject("prompt", "weight"),
        ReadPrompt,
        "required",
        "1 to 64, each 1 to 4,000 characters",
        "texts, or `{ \"prompt\": …, \"weight\": … }` with a weight above 0; a candidate draws one. `{class}` stands for the class's name and needs "
            + "`classConditional`, `{style}` for the style",
        minimum: 1);

    private static readonly Field<IReadOnlyList<string>> _styles = Field.Texts(
        "styles",
        OpenAIImagesOptions.MaxEntries,
        "none",
        "at most 64, each 1 to 200 characters",
        "a candidate draws one; a prompt without `{style}` gets it at its end");

    private static readonly Field<string?> _variationPrompt = Field.Text(
        "variationPrompt",
        "see below",
        "1 to 4,000 characters",
        "the prompt of variations: `{strength}` (required) stands for the words for the degree, `{prompt}` for the candidate's own prompt");

    private static readonly Field<IReadOnlyList<StrengthWords>> _strengths = Field.List(
        "strengths",
        OpenAIImagesOptions.MaxEntries,
        static () => ObjectOf("upTo", "words"),
        ReadStrength,
        "see below",
        "1 to 64, ascending to 1",
        "what degrees are called: `{ \"upTo\": 0.25, \"words\": \"slightly\" }`");

    private static readonly Field<string?> _size = Field.Text(
        "size", "the smallest", "one of the row's, or by its rule", "`WIDTHxHEIGHT` at which images are made");

    private static readonly Field<string?> _quality = Field.Text(
        "quality", "the row's first", "one of the row's", "how carefully images are made, which is what they cost");

    private static readonly Field<string?> _background = Field.Text("background", "left out", "one of the row's", "what lies behind things");

    private static readonly Field<string?> _format = Field.Text("format", "left out", "one of the row's", "the file format in which images come");

    private static readonly Field<string?> _inputFidelity = Field.Text("inputFidelity", "left out", "one of the row's", "how closely edits keep to the image");

    private static readonly Field<decimal?> _maxCost = new(
        "maxCost",
        "US dollars that the run may cost; it must not lie below the estimate",
        static (fields, name) =>
            fields.Take(name) is not { } cap ? null : ToMoney(JsonFields.AsNumber(cap, fields.PathOf(name))) is var money and > 0 and <= 1_000_000_000
            ? money
            : throw new RequestException($"'{fields.PathOf(name)}' is {cap}; it must be above 0 and at most 1000000000 US dollars."))
    {
        Default = "no cap",
        Range = "above 0",
        Schema = static () => new() { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 1_000_000_000 },
    };

    private static readonly Field<int> _redraws = Field.Integer("redraws", 4, 0, 20, "other draws in the place of one that is refused");

    private static readonly Field<int> _maxRefusals = Field.Integer("maxRefusals", 100, 1, 1_000_000, "refusals after which the run ends");

    /// <summary>The generator.</summary>
    public static GeneratorDescriptor Instance { get; } = new()
    {
        Name = OpenAIImagesOptions.GeneratorName,
        Summary = "A foundation model behind the image API of Azure OpenAI or OpenAI; it costs money.",
        Options = typeof(OpenAIImagesOptions),
        CostsMoney = true,
        Fields =
        [
            _model, _deployment, _prompts, _styles, _variationPrompt, _strengths, _size, _quality, _background, _format, _inputFidelity, _maxCost, _redraws,
            _maxRefusals, _modelRow,
        ],
        Read = static fields => Read(fields ?? throw new RequestException("The field 'generator.options' is missing: give 'model' and 'prompts'.")),
    };

    /// <summary>Reads the options; what they say in the end is for <see cref="OpenAIImagesOptions.DescribeFault()"/> to judge.</summary>
    private static OpenAIImagesOptions Read(JsonFields fields)
    {
        var model = _model.Of(fields);
        var row = _modelRow.Of(fields) ?? (ImageModelTable.Rows.TryGetValue(model, out var known)
            ? known
            : throw new RequestException($"'{fields.PathOf("model")}' is '{model}', which the table of models does not "
                + $"have{JsonFields.Suggest(model, [.. ImageModelTable.Rows.Keys])}; or describe it in '{fields.PathOf("modelRow")}'."));
        var result = new OpenAIImagesOptions
        {
            Model = model,
            Deployment = _deployment.Of(fields),
            ModelRow = row,
            Prompts = _prompts.Of(fields),
            Styles = _styles.Of(fields),
            Size = _size.Of(fields),
            Quality = _quality.Of(fields) ?? (row.Prices is [var cheapest, ..] ? cheapest.Quality : ""),
            Background = _background.Of(fields),
            Format = _format.Of(fields),
            InputFidelity = _inputFidelity.Of(fields),
            MaxCost = _maxCost.Of(fields),
            Redraws = _redraws.Of(fields),
            MaxRefusals = _maxRefusals.Of(fields),
        };
        var strengths = _strengths.Of(fields);
        return result with
        {
            VariationPrompt = _variationPrompt.Of(fields) ?? result.VariationPrompt,
            Strengths = strengths.Count > 0 ? strengths : result.Strengths,
        };
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

    private static JsonObject OrObject(string text, string number)
    {
        var whole = ObjectOf(number, text);
        whole["required"] = new JsonArray(text);
        return new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, whole) };
    }

    private static JsonObject ObjectOf(string number, string text) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray(number, text),
        ["properties"] = new JsonObject
        {
            [number] = new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0 },
            [text] = new JsonObject { ["type"] = "string" },
        },
    };

    private static decimal ToMoney(double usd) => usd is >= -1e12 and <= 1e12 ? Math.Round((decimal)usd, 6) : decimal.MaxValue;
}
