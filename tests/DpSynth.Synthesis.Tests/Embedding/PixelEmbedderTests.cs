using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Embedding;

public sealed class PixelEmbedderTests
{
    [Fact]
    public async Task Embed_scales_plain_pixels_to_0_to_1()
    {
        var images = new ImageBatch(new ImageShape(10, 10, 3), 2, Enumerable.Range(0, 600).Select(static i => (byte)i).ToArray());
        var embedding = await EmbedAsync(new PixelsOptions(), images);
        Assert.Equal(Enumerable.Range(0, 600).Select(static i => (byte)i * (1 / 255f)), embedding);
    }

    [Fact]
    public async Task Embed_averages_squares_also_at_the_edges()
    {
        var image = new ImageBatch(new ImageShape(3, 3, 1), 1, new byte[] { 0, 51, 102, 153, 204, 255, 51, 102, 204 });
        var embedding = await EmbedAsync(new PixelsOptions { Downscale = 2 }, image);
        float[] expected = [(0 + 51 + 153 + 204) / 4f / 255, (102 + 255) / 2f / 255, (51 + 102) / 2f / 255, 204 / 255f];
        Assert.Equal(expected, embedding, (float left, float right) => Math.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public async Task Embed_blurs_each_channel_as_a_two_dimensional_Gaussian_does()
    {
        var shape = new ImageShape(19, 13, 3);
        var images = Random(shape, 2);
        var embedding = await EmbedAsync(new PixelsOptions { Blur = 1.3 }, images);
        for (var image = 0; image < images.Count; image++)
        {
            for (var i = 0; i < shape.ByteCount; i++)
            {
                var (x, y, channel) = (i / 3 % 19, i / 3 / 19, i % 3);
                var (sum, mass) = (0.0, 0.0);
                for (var dy = -4; dy <= 4; dy++)
                {
                    for (var dx = -4; dx <= 4; dx++)
                    {
                        var weight = Math.Exp(-((dx * dx) + (dy * dy)) / (2 * 1.3 * 1.3));
                        var source = (((Math.Clamp(y + dy, 0, 12) * 19) + Math.Clamp(x + dx, 0, 18)) * 3) + channel;
                        sum += weight * images[image][source] / 255;
                        mass += weight;
                    }
                }

                Assert.Equal(sum / mass, embedding[(image * shape.ByteCount) + i], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(2.0, 1)]
    [InlineData(0.7, 3)]
    public async Task Embed_maps_a_uniform_image_to_its_value(double blur, int downscale)
    {
        var image = new ImageBatch(new ImageShape(11, 7, 1), 1);
        image.Pixels.Fill(102);
        Assert.All(await EmbedAsync(new PixelsOptions { Blur = blur, Downscale = downscale }, image), value => Assert.Equal(0.4, value, 1e-6));
    }

    [Fact]
    public async Task Embed_does_not_depend_on_the_batch()
    {
        var images = Random(new ImageShape(28, 28, 1), 600);
        var options = new PixelsOptions { Blur = 1, Downscale = 2 };
        var whole = await EmbedAsync(options, images);
        var alone = await EmbedAsync(options, images.Slice(411, 1));
        Assert.Equal(alone, whole[(411 * 196)..(412 * 196)]);
    }

    [Fact]
    public async Task Embed_refuses_other_shapes_and_lengths()
    {
        var embedder = new PixelEmbedder(new PixelsOptions(), new ImageShape(4, 4, 1));
        var other = new ImageBatch(new ImageShape(4, 5, 1), 1);
        var fitting = new ImageBatch(new ImageShape(4, 4, 1), 1);
        await Assert.ThrowsAsync<ArgumentException>(async () => await embedder.EmbedAsync(other, new float[16], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(async () => await embedder.EmbedAsync(fitting, new float[15], CancellationToken.None));
    }

    private static async Task<float[]> EmbedAsync(PixelsOptions options, ImageBatch images)
    {
        var embedder = ModelFreeEmbedders.Create(options, images.Shape);
        var destination = new float[images.Count * embedder.Dimension];
        await embedder.EmbedAsync(images, destination, CancellationToken.None);
        return destination;
    }

    private static ImageBatch Random(ImageShape shape, int count)
    {
        var random = new SeededRandom(1);
        var images = new ImageBatch(shape, count);
        foreach (ref var value in images.Pixels)
        {
            value = (byte)random.NextInt(256);
        }

        return images;
    }
}
