using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.ProjectedPixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Synthesis.Requests;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Embedding;

public sealed class ProjectedPixelEmbedderTests
{
    private static readonly ImageShape Shape = new(12, 9, 3);

    [Fact]
    public async Task Embed_projects_the_pixels_by_the_documented_signs()
    {
        var options = new ProjectedPixelsOptions { Dimension = 5, Seed = 7, Downscale = 2 };
        var images = Random(Shape, 70);
        var pixels = await EmbedAsync(new PixelsOptions { Downscale = 2 }, images);
        var projected = await EmbedAsync(options, images);
        var length = pixels.Length / images.Count;
        for (var image = 0; image < images.Count; image++)
        {
            for (var row = 0; row < 5; row++)
            {
                var random = new SeededRandom(SeededRandom.Derive(7, (ulong)row));
                var (sum, signs) = (0.0, 0UL);
                for (var column = 0; column < length; column++)
                {
                    signs = column % 64 == 0 ? random.NextUInt64() : signs;
                    sum += pixels[(image * length) + column] * (((signs >> (column % 64)) & 1) == 1 ? 1 : -1);
                }

                Assert.Equal(sum / Math.Sqrt(5), projected[(image * 5) + row], 1e-4);
            }
        }
    }

    [Fact]
    public async Task Embed_keeps_distances()
    {
        // Lemma 1.1 of Achlioptas bounds the chance of one distance leaving 1 ± ε by 2 exp(−dimension (ε²/4 − ε³/6)): here 435 pairs, ε = 0.4,
        // dimension 1,500, so 435 · 2 · e^(−44) < 1e-16.
        var images = Random(Shape, 30);
        var pixels = await EmbedAsync(new PixelsOptions(), images);
        var projected = await EmbedAsync(new ProjectedPixelsOptions { Dimension = 1_500 }, images);
        for (var i = 0; i < images.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.InRange(Squared(projected, i, j, 1_500) / Squared(pixels, i, j, Shape.ByteCount), 0.6, 1.4);
            }
        }
    }

    [Fact]
    public async Task Embed_does_not_depend_on_the_batch_and_does_on_the_seed()
    {
        var images = Random(Shape, 130);
        var whole = await EmbedAsync(new ProjectedPixelsOptions { Dimension = 20 }, images);
        Assert.Equal(whole[(100 * 20)..(101 * 20)], await EmbedAsync(new ProjectedPixelsOptions { Dimension = 20 }, images.Slice(100, 1)));
        Assert.NotEqual(whole, await EmbedAsync(new ProjectedPixelsOptions { Dimension = 20, Seed = 1 }, images));
    }

    [Fact]
    public void Embedder_refuses_a_matrix_that_is_too_large()
    {
        var options = new ProjectedPixelsOptions { Dimension = 4_096 };
        Assert.Contains("raise 'downscale'", Assert.Throws<ArgumentException>(
            () => new ProjectedPixelEmbedder(options, new ImageShape(512, 512, 3))).Message, StringComparison.Ordinal);
    }

    private static double Squared(float[] rows, int i, int j, int length)
    {
        var sum = 0.0;
        for (var p = 0; p < length; p++)
        {
            var difference = (double)rows[(i * length) + p] - rows[(j * length) + p];
            sum += difference * difference;
        }

        return sum;
    }

    private static async Task<float[]> EmbedAsync(EmbedderOptions options, ImageBatch images)
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
