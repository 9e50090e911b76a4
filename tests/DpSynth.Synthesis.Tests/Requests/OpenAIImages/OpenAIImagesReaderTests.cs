using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Catalogue;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests.OpenAIImages;

public sealed class OpenAIImagesReaderTests
{
    private const string Smallest = """{ "model": "gpt-image-1-mini", "prompts": ["a photo of a {class}"] }""";

    [Fact]
    public void Read_fills_in_the_table()
    {
        var options = Read(Smallest);

        Assert.Equal("low", options.Quality);
        Assert.Equal("1024x1024", options.SizeFor(new ImageShape(32, 32, 3)));
        Assert.Equal((0.005m, 0.008m), options.PricesFor(new ImageShape(32, 32, 3)));
        Assert.Equal("a photo of a {class}", Assert.Single(options.Prompts).Prompt);
    }

    [Fact]
    public void Read_takes_an_unknown_model_with_a_row_of_its_own()
    {
        var options = Read("""
            { "model": "gpt-image-9", "deployment": "pictures", "prompts": [{ "prompt": "a {class}, {style}", "weight": 2 }, "a {class} again"],
              "styles": ["pencil"], "size": "64x64", "quality": "draft", "maxCost": 100, "strengths": [{ "upTo": 1, "words": "much" }],
              "modelRow": { "sizes": ["64x64"], "formats": ["png"], "prices": [{ "quality": "draft", "size": "64x64", "usd": 0.0001 }] } }
            """);

        Assert.Equal([2, 1], options.Prompts.Select(static prompt => prompt.Weight));
        Assert.Equal("pictures", options.Deployment);
        Assert.Equal(100m, options.MaxCost);

        // The request is written into recipes and manifests, and read back.
        var again = (OpenAIImagesOptions)JsonSerializer.Deserialize<GeneratorOptions>(
            JsonSerializer.Serialize<GeneratorOptions>(options, RequestParts.Json.Options), RequestParts.Json.Options)!;
        Assert.Equal(JsonSerializer.Serialize(options, RequestParts.Json.Options), JsonSerializer.Serialize(again, RequestParts.Json.Options));
        Assert.Null(again.DescribeFault());
    }

    [Theory]
    [InlineData("""{ "model": "dall-e-3", "prompts": ["x"] }""", "'generator.options.modelRow'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": [] }""", "'generator.options.prompts'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": [{ "prompt": "x", "weight": 0 }] }""", "weight")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "size": "256x256" }""", "655360")]
    [InlineData("""{ "model": "gpt-image-1.5", "prompts": ["x"], "size": "816x816" }""", "'generator.options.size'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "quality": "hd" }""", "'low', 'medium', 'high'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "background": "transparent" }""", "'generator.options.background'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "inputFidelity": "high" }""", "cannot be chosen")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "maxCost": 0 }""", "'generator.options.maxCost'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "maxCost": 0.01 }""", "estimated at")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "endpoint": "https://example.org" }""", "not a known field")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "strengths": [{ "upTo": 0.5, "words": "a" }] }""", "'generator.options.strengths'")]
    [InlineData("""{ "model": "gpt-image-2", "prompts": ["x"], "variationPrompt": "again" }""", "{strength}")]
    [InlineData("""{ "model": "m", "prompts": ["x"], "modelRow": { "sizes": ["wide"], "prices": [{ "quality": "q", "size": "8x8", "usd": 1 }] } }""", "'wide'")]
    [InlineData("""{ "model": "m", "prompts": ["x"], "modelRow": { "sizes": ["8x8"], "prices": [] } }""", "'generator.options.modelRow.prices'")]
    [InlineData("""{ "model": "m/../x", "prompts": ["x"], "modelRow": { "sizes": ["8x8"], "prices": [{ "quality": "q", "size": "8x8", "usd": 1 }] } }""",
        "'generator.options.model'")]
    [InlineData("""{ "model": "gpt-image-2", "deployment": "..", "prompts": ["x"] }""", "'generator.options.deployment'")]
    [InlineData("""{ "model": "gpt-image-2", "deployment": "a/b?c", "prompts": ["x"] }""", "'generator.options.deployment'")]
    public void Read_refuses_what_cannot_be(string options, string reason) =>
        Assert.Contains(reason, Assert.Throws<RequestException>(() => Read(options)).Message, StringComparison.Ordinal);

    [Fact]
    public void Rows_of_the_table_are_sound()
    {
        Assert.Contains("gpt-image-2", ImageModelTable.Rows.Keys);
        Assert.All(ImageModelTable.Rows.Values, static row =>
        {
            Assert.Null(row.DescribeFault());
            Assert.NotNull(row.PriceSource);
            Assert.All(row.Prices, price => Assert.Null(row.DescribeSizeFault(price.Size)));
        });
    }

    [Theory]
    [InlineData("gpt-image-2", 32, 32, "816x816")]
    [InlineData("gpt-image-2", 200, 100, "1152x576")]
    [InlineData("gpt-image-1.5", 64, 64, "1024x1024")]
    [InlineData("gpt-image-1.5", 64, 100, "1024x1536")]
    [InlineData("gpt-image-1.5", 300, 100, "1536x1024")]
    public void Smallest_size_has_the_proportions_of_the_run(string model, int width, int height, string size) =>
        Assert.Equal(size, ImageModelTable.Rows[model].SmallestSize(new ImageShape(width, height, 3)));

    [Fact]
    public void Price_of_an_unlisted_size_is_that_of_the_next_larger_or_in_proportion()
    {
        var row = new ImageModel { Sizes = ["10x10"], Prices = [new("low", "10x10", 1), new("low", "20x20", 3)] };

        Assert.Equal([1m, 3m, 3m, 12m], new[] { "5x5", "11x11", "20x20", "40x40" }.Select(size => row.Price(size, "low")!.Value));
        Assert.Null(row.Price("10x10", "high"));
    }

    [Fact]
    public void Estimate_counts_what_private_evolution_asks_for()
    {
        var request = ReadRequest(Smallest,
            """{ "populationSizes": [10, 20, 30], "variationDegrees": [0.9, 0.8, 0.7], "lookahead": 4, "initialVariationFolds": 2 }""");

        // 10 drawn; edited: 2 × 10 folds, 4 × (10 + 20) for lookahead, 20 + 30 variations.
        var estimate = ImageCostEstimate.Of(request)!;
        Assert.Equal((10, 20 + 120 + 50), (estimate.Generations, estimate.Edits));
        Assert.Equal((10 * 0.005m) + (190 * 0.008m), estimate.Cost);
        Assert.Null(ImageCostEstimate.Of(request with { Generator = new DrawTextOptions() }));
    }

    [Fact]
    public void Estimate_leaves_out_what_is_kept()
    {
        var request = ReadRequest(
            Smallest, """{ "populationSizes": [10, 20], "variationDegrees": [0.9, 0.8], "lookahead": 0, "keepSelected": true, "nextVariationFolds": 3 }""");

        Assert.Equal(15, ImageCostEstimate.Of(request)!.Edits);
    }

    private static OpenAIImagesOptions Read(string options) =>
        (OpenAIImagesOptions)ReadRequest(options, """{ "populationSizes": [50, 50], "variationDegrees": [0.9, 0.8] }""").Generator;

    private static RunRequest ReadRequest(string options, string evolution) => RequestParts.Reader.Read(new JsonObject
    {
        ["runId"] = "r",
        ["dataset"] = "d",
        ["epsilon"] = 1,
        ["delta"] = 1e-6,
        ["image"] = new JsonObject { ["width"] = 32, ["height"] = 32 },
        ["generator"] = new JsonObject { ["name"] = "openai-images", ["options"] = JsonNode.Parse(options) },
        ["embedder"] = new JsonObject { ["name"] = "pixels" },
        ["evolution"] = JsonNode.Parse(evolution),
    }.ToJsonString());
}
