using DpSynth.Imaging;
using DpSynth.Models.Embedding;
using DpSynth.Models.Sessions;
using DpSynth.Models.Tests.OnnxGraphs;

namespace DpSynth.Models.Tests.Embedding;

/// <summary>Image models as exports declare them that the family that ships does not cover; weights are random.</summary>
public sealed class ImageModelLayoutTests
{
    private const string Preprocessing =
        """{ "size": { "height": 8, "width": 8 }, "resample": 2, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4] }""";

    [Fact]
    public async Task A_model_in_half_precision_gives_the_embeddings_of_single_precision()
    {
        var single = await EmbedAsync(Model());
        var half = await EmbedAsync(Model(ElementType.Half));
        Assert.InRange(Difference(single, half), 0, 0.02);
        Assert.True(Difference(single[..5], single[5..10]) > 0.05);
    }

    [Fact]
    public async Task A_model_may_take_the_channels_last() =>
        Assert.InRange(Difference(await EmbedAsync(Model()), await EmbedAsync(Model(channelsLast: true))), 0, 1e-5);

    [Fact]
    public async Task A_model_may_be_exported_for_a_fixed_batch()
    {
        // Seven images are one batch of four and one that is not full.
        Assert.InRange(Difference(await EmbedAsync(Model()), await EmbedAsync(Model(batch: 4))), 0, 1e-5);
    }

    [Fact]
    public async Task The_pooled_output_comes_before_the_tokens()
    {
        var graph = Model();
        graph.Output("last_hidden_state", ElementType.Float, "batch", "tokens", 5);
        Assert.InRange(Difference(await EmbedAsync(Model()), await EmbedAsync(graph)), 0, 1e-6);
        Assert.True(Difference(await EmbedAsync(Model()), await EmbedAsync(graph, output: "last_hidden_state")) > 0.01);
    }

    [Fact]
    public async Task Tokens_are_reduced_to_the_first_or_to_their_mean()
    {
        OnnxGraph Tokens() => Model(output: "last_hidden_state");
        var mean = await EmbedAsync(Tokens(), reduction: TokenReduction.Mean);

        // The pooled output is the mean of the tokens.
        Assert.InRange(Difference(mean, await EmbedAsync(Model())), 0, 1e-5);
        Assert.True(Difference(mean, await EmbedAsync(Tokens())) > 0.01);
    }

    // Patches of 4×4 become four tokens of five numbers.
    private static OnnxGraph Model(
        ElementType real = ElementType.Float, bool channelsLast = false, object? batch = null, string output = "pooler_output")
    {
        batch ??= "batch";
        var graph = new OnnxGraph(real).Weights("kernel", 0.3, 5, 3, 4, 4).Integers("flat", 0, 5, -1);
        graph = channelsLast
            ? graph.Input("pixel_values", real, batch, 8, 8, 3).Node("Transpose", ["pixel_values"], "pixels", ("perm", new[] { 0, 3, 1, 2 }))
            : graph.Input("pixel_values", real, batch, 3, 8, 8).Node("Identity", ["pixel_values"], "pixels");
        graph.Node("Conv", ["pixels", "kernel"], "patches", ("strides", new[] { 4, 4 }))
            .Node("Reshape", ["patches", "flat"], "rows")
            .Node("Transpose", ["rows"], "last_hidden_state", ("perm", new[] { 0, 2, 1 }))
            .Node("ReduceMean", ["last_hidden_state"], "pooler_output", ("axes", new[] { 1 }), ("keepdims", 0));
        return output == "pooler_output" ? graph.Output(output, real, batch, 5) : graph.Output(output, real, batch, "tokens", 5);
    }

    private static double Difference(float[] a, float[] b) => Fixtures.LargestDifference(a, b);

    private static async Task<float[]> EmbedAsync(OnnxGraph graph, string? output = null, TokenReduction reduction = TokenReduction.First)
    {
        using var folder = new TemporaryFolder();
        graph.Save(Path.Combine(folder.Path, "model.onnx"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "preprocessor_config.json"), Preprocessing);
        using var encoder = ImageEncoder.Open(ImageModelFolder.Open(folder.Path), new InferenceOptions(), output, reduction);

        var images = new ImageBatch(new ImageShape(12, 10, 3), 7);
        new Random(3).NextBytes(images.Pixels);
        var embedding = encoder.For(images.Shape);
        var result = new float[images.Count * embedding.Dimension];
        await embedding.EmbedAsync(images, result, CancellationToken.None);
        return result;
    }
}
