using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.ProjectedPixels;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

public sealed class EmbedderOptionsTests
{
    [Fact]
    public void Reader_reads_every_embedder()
    {
        Assert.Equal(
            new ProjectedPixelsOptions { Dimension = 64, Seed = 3, Blur = 0.5, Downscale = 2 },
            Read("""{ "name": "projected-pixels", "options": { "dimension": 64, "seed": 3, "blur": 0.5, "downscale": 2 } }"""));
        Assert.Equal(new ProjectedPixelsOptions { Downscale = 16 }, Read("""{ "name": "projected-pixels", "options": { "downscale": 16 } }"""));
        Assert.Equal(
            new OnnxImageOptions { Model = "dino-v2.small", Output = "last_hidden_state", Pooling = TokenPooling.Mean },
            Read("""{ "name": "onnx-image", "options": { "model": "dino-v2.small", "output": "last_hidden_state", "pooling": "mean" } }"""));
    }

    [Theory]
    [InlineData("""{ "name": "projected-pixel" }""", "the nearest known name is 'projected-pixels'")]
    [InlineData("""{ "name": "projected-pixels", "options": { "dimension": 0 } }""",
        "'embedder.options.dimension' is 0; it must be a whole number between 1 and 4096.")]
    [InlineData("""{ "name": "projected-pixels", "options": { "dimension": 4096 } }""", "raise 'downscale' or lower 'dimension'")]
    [InlineData("""{ "name": "onnx-image" }""", "'embedder.options.model' is missing")]
    [InlineData("""{ "name": "onnx-image", "options": { "model": "../secret" } }""", "'embedder.options.model' must be the name of a folder")]
    [InlineData("""{ "name": "onnx-image", "options": { "model": "a/b" } }""", "'embedder.options.model' must be the name of a folder")]
    [InlineData("""{ "name": "onnx-image", "options": { "model": ".." } }""", "'embedder.options.model' must be the name of a folder")]
    [InlineData("""{ "name": "onnx-image", "options": { "model": "clip", "pooling": "cls" } }""",
        "'embedder.options.pooling' is 'cls'; it must be one of 'class', 'mean'")]
    [InlineData("""{ "name": "onnx-image", "options": { "model": "clip", "outptu": "x" } }""",
        "'embedder.options.outptu' is not a known field; the nearest known name is 'output'.")]
    public void Reader_refuses_what_cannot_be_meant(string embedder, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<RequestException>(() => Read(embedder)).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_come_back_from_storage()
    {
        EmbedderOptions[] all =
        [
            new PixelsOptions { Blur = 1 },
            new ProjectedPixelsOptions { Dimension = 9 },
            new OnnxImageOptions { Model = "clip", Output = "image_embeds" },
        ];
        foreach (var options in all)
        {
            var json = JsonSerializer.Serialize<EmbedderOptions>(options, RequestParts.Json.Options);
            Assert.Equal(options, JsonSerializer.Deserialize<EmbedderOptions>(json, RequestParts.Json.Options));
        }
    }

    private static EmbedderOptions Read(string embedder) => RequestParts.Reader.Read($$"""
        {
          "runId": "run-1", "dataset": "cats", "epsilon": 1, "delta": 1e-6,
          "image": { "width": 1024, "height": 512, "channels": 3 },
          "generator": { "name": "draw-text" },
          "embedder": {{embedder}},
          "evolution": { "populationSizes": [100, 50], "variationDegrees": [1, 0.5] }
        }
        """).Embedder;
}
