using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.ProjectedPixels;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Embedders.Tests;

public sealed class ModelEmbedderFactoryTests
{
    private static readonly ImageShape Shape = new(32, 32, 3);

    [Fact]
    public async Task Factory_makes_every_embedder()
    {
        using var factory = Open();
        EmbedderOptions[] all = [new PixelsOptions(), new ProjectedPixelsOptions { Dimension = 16 }, new OnnxImageOptions { Model = "tiny-sd" }];
        int[] dimensions = [Shape.ByteCount, 16, 128];
        for (var i = 0; i < all.Length; i++)
        {
            var embedder = await factory.CreateAsync(all[i], Shape, default);
            Assert.Equal(dimensions[i], embedder.Dimension);
            var images = new ImageBatch(Shape, 2);
            images[1].Fill(255);
            var embeddings = new EmbeddingMatrix(2, embedder.Dimension);
            await embedder.EmbedAsync(images, embeddings.Memory, CancellationToken.None);
            Assert.NotEqual(embeddings[0].ToArray(), embeddings[1].ToArray());
        }
    }

    [Fact]
    public async Task Factories_of_two_machines_make_the_same_embedder()
    {
        var images = new ImageBatch(Shape, 3);
        new Random(1).NextBytes(images.Pixels);
        var embeddings = new float[2][];
        for (var machine = 0; machine < 2; machine++)
        {
            using var factory = Open();
            embeddings[machine] = new float[3 * 128];
            var embedder = await factory.CreateAsync(new OnnxImageOptions { Model = "tiny-sd" }, Shape, default);
            await embedder.EmbedAsync(images, embeddings[machine], CancellationToken.None);
        }

        Assert.Equal(embeddings[0], embeddings[1]);
    }

    [Fact]
    public async Task Factory_says_which_models_there_are()
    {
        using var factory = Open();
        var fault = await Assert.ThrowsAnyAsync<NotSupportedException>(
            () => factory.CreateAsync(new OnnxImageOptions { Model = "clip" }, Shape, default).AsTask());
        Assert.Contains("There is no model 'clip'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("tiny-sd", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Factory_takes_its_models_directory_and_provider_from_configuration()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Models:Directory"] = Path.Combine(Path.GetTempPath(), "no-models-here"),
            ["Models:Provider"] = "cuda",
        };
        using var elsewhere = ModelEmbedderFactory.FromConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        Assert.Contains(
            "which holds none",
            (await Assert.ThrowsAnyAsync<NotSupportedException>(
                () => elsewhere.CreateAsync(new OnnxImageOptions { Model = "tiny-sd" }, Shape, default).AsTask())).Message,
            StringComparison.Ordinal);

        var options = new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(ModelOptions.SectionName).Get<ModelOptions>()!;
        Assert.Equal(ExecutionProvider.Cuda, options.ToInferenceOptions().Provider);
        Assert.False(options.ToInferenceOptions().AllowCpuFallback);
    }

    [Fact]
    public async Task Factory_refuses_a_model_that_is_not_the_pinned_one()
    {
        using var factory = Open();
        var index = (await new LocalModels(ModelDirectory.Nearest().Path).FindAsync("tiny-sd", default))!;
        Assert.Equal("cpu", (await factory.CreateAsync(new OnnxImageOptions { Model = "tiny-sd", ModelHash = index.Fingerprint }, Shape, default)).Provider);
        var other = new OnnxImageOptions { Model = "tiny-sd", ModelHash = new string('0', 64) };
        var refusal = await Assert.ThrowsAsync<ModelUnavailableException>(() => factory.CreateAsync(other, Shape, default).AsTask());
        Assert.Contains("000000000000…", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(index.Fingerprint[..12], refusal.Message, StringComparison.Ordinal);
    }

    private static ModelEmbedderFactory Open() => ModelEmbedderFactory.FromConfiguration(new ConfigurationBuilder().Build());
}
