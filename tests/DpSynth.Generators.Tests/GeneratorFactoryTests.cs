using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Generators.DrawText;
using DpSynth.Generators.NearestImage;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.Tests;

public sealed class GeneratorFactoryTests
{
    private static readonly ImageShape Shape = new(4, 4, 1);

    private readonly GeneratorFactory _factory = new([new DrawTextBackend(FontCatalogue.Open()), new NearestImageBackend(new TwoImages())]);

    [Fact]
    public async Task CreateAsync_makes_the_generator_that_the_options_name()
    {
        Assert.IsType<DrawTextGenerator>(await _factory.CreateAsync(new DrawTextOptions { Fonts = ["Caveat"] }, Shape, default));
        Assert.IsType<NearestImageGenerator>(await _factory.CreateAsync(new NearestImageOptions { PublicSet = "faces" }, Shape, default));
    }

    [Fact]
    public async Task CreateAsync_refuses_options_with_a_fault()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _factory.CreateAsync(new DrawTextOptions { Texts = ["10"] }, Shape, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _factory.CreateAsync(new DrawTextOptions { Fonts = ["Wingdings"] }, Shape, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _factory.CreateAsync(new NearestImageOptions { PublicSet = "../x" }, Shape, default));
    }

    private sealed class TwoImages : IPublicImageSource
    {
        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(true);

        public IAsyncEnumerable<ImageBatch> ReadAsync(string name, ImageShape shape, CancellationToken cancellationToken) =>
            new[] { new ImageBatch(shape, 2) }.ToAsyncEnumerable();
    }
}
