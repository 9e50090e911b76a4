using DpSynth.Generators.StableDiffusion;
using DpSynth.Imaging;
using DpSynth.Models.Schedulers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.Tests.StableDiffusion;

public sealed class StableDiffusionGeneratorTests : IDisposable
{
    private static readonly ImageShape Shape = new(32, 32, 3);

    // Found as a worker finds it: above the program.
    private readonly ModelLibrary _library = new(new ModelLibraryOptions());

    private static StableDiffusionOptions Options => new()
    {
        Model = "tiny-sd",
        Prompts = ["{class}, noto style", "{class}, twemoji style"],
        GuidanceScale = 3,
        Steps = 4,
    };

    [Fact]
    public async Task Candidates_follow_from_their_seeds_whatever_the_batch()
    {
        var generator = await CreateAsync(Options);
        var batch = await generator.RandomAsync("smileys and emotion", new ulong[] { 1, 2, 3, 4, 5, 6 }, default);
        var alone = await generator.RandomAsync("smileys and emotion", new ulong[] { 4 }, default);

        Assert.Equal(Shape, batch.Images!.Shape);
        Assert.True(batch.Images[3].SequenceEqual(alone.Images![0]));
        Assert.Equal(batch.ParametersOf(3)[0], alone.ParametersOf(0)[0]);
        Assert.Equal([0f, 1f], batch.Parameters.ToArray().Distinct().Order());
    }

    [Fact]
    public async Task The_class_is_in_the_prompt()
    {
        var generator = await CreateAsync(Options);
        var flags = await generator.RandomAsync("flags", new ulong[] { 1 }, default);
        var food = await generator.RandomAsync("food and drink", new ulong[] { 1 }, default);
        Assert.False(flags.Images![0].SequenceEqual(food.Images![0]));
    }

    [Fact]
    public async Task Variations_keep_the_prompt_and_move_further_with_the_degree()
    {
        var generator = await CreateAsync(Options with { Steps = 10 });
        var parents = await generator.RandomAsync("flags", new ulong[] { 1, 2, 3 }, default);
        var near = await generator.VaryAsync(parents, new[] { 2, 0 }, VariationDegree.Of(0.1), "flags", new ulong[] { 8, 9 }, default);
        var far = await generator.VaryAsync(parents, new[] { 2, 0 }, VariationDegree.Of(1), "flags", new ulong[] { 8, 9 }, default);

        Assert.Equal([parents.ParametersOf(2)[0], parents.ParametersOf(0)[0]], near.Parameters.ToArray());
        Assert.True(Distance(near.Images![0], parents.Images![2]) < Distance(far.Images![0], parents.Images[2]));
        Assert.True(Distance(near.Images[1], parents.Images[0]) < Distance(far.Images[1], parents.Images[0]));
    }

    [Fact]
    public async Task An_empty_batch_is_empty() =>
        Assert.Equal(0, (await (await CreateAsync(Options)).RandomAsync("flags", Array.Empty<ulong>(), default)).Count);

    [Fact]
    public async Task A_model_that_is_not_there_is_named()
    {
        var fault = await Assert.ThrowsAsync<GenerationException>(() => CreateAsync(Options with { Model = "huge-sd" }));
        Assert.Contains("'huge-sd'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 64, 3, "32×32×3 only")]
    [InlineData(30, 32, 3, "multiples of 8")]
    [InlineData(32, 32, 1, "3 channels")]
    public async Task Shapes_that_the_model_does_not_make_are_refused(int width, int height, int channels, string named)
    {
        var pipeline = await _library.LoadAsync("tiny-sd", default);
        var fault = Assert.Throws<GenerationException>(() => StableDiffusionGenerator.Create(Options, new ImageShape(width, height, channels), pipeline));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_know_the_schedulers_that_models_know() => Assert.Equal(SchedulerName.All, StableDiffusionOptions.Schedulers);

    public void Dispose() => _library.Dispose();

    private async Task<StableDiffusionGenerator> CreateAsync(StableDiffusionOptions options) =>
        StableDiffusionGenerator.Create(options, Shape, await _library.LoadAsync(options.Model, default));

    private static double Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (double)(a[i] - b[i]);
        return sum;
    }
}
