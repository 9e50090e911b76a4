using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Embedding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Tests.Embedding;

public sealed class ImageEncoderTests
{
    private static readonly ImageShape Shape = new(32, 32, 3);

    [Fact]
    public async Task Encoder_gives_the_reference_embeddings()
    {
        using var encoder = Open();
        Assert.InRange(Fixtures.LargestDifference(await EmbedAsync(encoder, ReferenceImages()), Fixtures.Floats("embed_image_embeds")), 0, 1e-3);
    }

    [Fact]
    public void Preprocessing_gives_the_reference_pixel_values()
    {
        var configuration = PreprocessorConfiguration.Read(ImageModelFolder.Open(Fixtures.ModelFolder).PreprocessorFile);
        var preprocessor = new Preprocessor(configuration, Shape, 3, channelsLast: false);
        var values = new float[preprocessor.Length];
        preprocessor.Apply(ReferenceImages()[0], values, new byte[preprocessor.ScratchLength]);
        Assert.InRange(Fixtures.LargestDifference(values, Fixtures.Floats("embed_0_pixel_values")), 0, 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Encoder_embeds_any_number_of_images_as_it_embeds_each(int count)
    {
        using var encoder = Open();
        var reference = ReferenceImages();
        var each = await EmbedAsync(encoder, reference);
        var images = new ImageBatch(Shape, count);
        for (var i = 0; i < count; i++)
        {
            reference[i % 8].CopyTo(images[i]);
        }

        var all = await EmbedAsync(encoder, images);
        Assert.Equal(count * 128, all.Length);
        for (var i = 0; i < count; i++)
        {
            Assert.InRange(Fixtures.LargestDifference(all.AsSpan(i * 128, 128), each.AsSpan(i % 8 * 128, 128)), 0, 1e-4);
        }

        Assert.Equal(all, await EmbedAsync(encoder, images));
    }

    [Theory]
    [InlineData(64, 48, 3)]
    [InlineData(28, 28, 1)]
    public async Task Encoder_takes_images_of_other_shapes(int width, int height, int channels)
    {
        using var encoder = Open();
        var images = new ImageBatch(new ImageShape(width, height, channels), 2);
        images.Pixels[(images.Pixels.Length / 2)..].Fill(200);
        var embeddings = await EmbedAsync(encoder, images);
        Assert.All(embeddings, value => Assert.True(float.IsFinite(value)));
        Assert.NotEqual(embeddings[..128], embeddings[128..]);
    }

    [Fact]
    public void Encoder_refuses_outputs_that_the_model_does_not_have()
    {
        var fault = Assert.Throws<ModelFolderException>(() => ImageEncoder.Open(ImageModelFolder.Open(Fixtures.ModelFolder), new InferenceOptions(), "pooled"));
        Assert.Contains("has no output 'pooled'; it has image_embeds", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encoder_refuses_models_that_take_no_images()
    {
        var folder = ImageModelFolder.Open(Fixtures.ModelFolder) with { ModelFile = Path.Combine(Fixtures.ModelFolder, "text_encoder", "model.onnx") };
        Assert.Contains(
            "an image model has one, of 4 dimensions",
            Assert.Throws<ModelFolderException>(() => ImageEncoder.Open(folder, new InferenceOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_an_image_model_is_refused()
    {
        Assert.Contains(
            "lacks an image model", Assert.Throws<ModelFolderException>(() => ImageModelFolder.Open(Path.GetTempPath())).Message, StringComparison.Ordinal);
        Assert.Contains(
            "There is no model folder",
            Assert.Throws<ModelFolderException>(() => ImageModelFolder.Open(Fixtures.Reference("none"))).Message,
            StringComparison.Ordinal);
    }

    private static ImageEncoder Open() => ImageEncoder.Open(ImageModelFolder.Open(Fixtures.ModelFolder), new InferenceOptions());

    private static async Task<float[]> EmbedAsync(ImageEncoder encoder, ImageBatch images)
    {
        var embedding = encoder.For(images.Shape);
        var result = new float[images.Count * embedding.Dimension];
        await embedding.EmbedAsync(images, result, CancellationToken.None);
        return result;
    }

    private static ImageBatch ReferenceImages()
    {
        var decoder = new ImageDecoder(new DecodeLimits());
        var images = new ImageBatch(Shape, 8);
        for (var i = 0; i < images.Count; i++)
        {
            decoder.Decode(File.ReadAllBytes(Fixtures.Reference($"embed_{i}.png")), Shape, ResizeMode.Stretch, images[i]);
        }

        return images;
    }
}
