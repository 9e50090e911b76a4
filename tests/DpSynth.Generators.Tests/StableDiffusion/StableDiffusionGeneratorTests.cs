using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Generators.StableDiffusion;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
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
    public async Task Notes_say_what_ran_the_model_and_which_prompts_were_cut()
    {
        var generator = await CreateAsync(Options with { Prompts = ["{class}", string.Concat(Enumerable.Repeat("red apple ", 40))] });
        var batch = await generator.RandomAsync("flags", new ulong[] { 1, 2, 3, 4, 5, 6 }, default);
        Assert.Equal([0f, 1f], batch.Parameters.ToArray().Distinct().Order());
        Assert.Equal("cpu", Assert.Single(batch.Notes.Providers));
        Assert.Contains("Prompt 1 ", Assert.Single(batch.Notes.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, batch.Notes.FlaggedDrawings);
    }

    [Fact]
    public async Task Model_that_is_not_the_pinned_one_is_refused()
    {
        var index = (await new LocalModels(ModelDirectory.Nearest().Path).FindAsync("tiny-sd", default))!;
        Assert.NotNull(await CreateAsync(Options with { ModelHash = index.Fingerprint }));
        var refusal = await Assert.ThrowsAsync<GenerationException>(() => CreateAsync(Options with { ModelHash = new string('0', 64) }));
        Assert.Contains("The run pinned the model 'tiny-sd' as 000000000000…", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(index.Fingerprint[..12], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_say_that_the_processor_stepped_in()
    {
        // No machine has a thousand GPUs.
        using var library = new ModelLibrary(new ModelLibraryOptions { Provider = ExecutionProvider.Cuda, DeviceId = 999, AllowCpuFallback = true });
        var generator = StableDiffusionGenerator.Create(Options, Shape, await library.LoadAsync("tiny-sd", null, default));
        var notes = (await generator.RandomAsync("flags", new ulong[] { 1 }, default)).Notes;
        Assert.Equal("cpu", Assert.Single(notes.Providers));
        Assert.Contains("Cuda is not available", Assert.Single(notes.Warnings), StringComparison.Ordinal);
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
    [InlineData(64, 64, "32×32×3 only")]
    [InlineData(30, 32, "multiples of 8")]
    public async Task Sizes_that_the_model_does_not_make_are_refused(int width, int height, string named)
    {
        var fault = await Assert.ThrowsAsync<GenerationException>(() => CreateAsync(Options with { Width = width, Height = height }));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_another_size_are_those_of_the_model_resized()
    {
        var own = await (await CreateAsync(Options)).RandomAsync("flags", new ulong[] { 1, 2 }, default);
        var grey = await (await CreateAsync(Options, new ImageShape(28, 20, 1))).RandomAsync("flags", new ulong[] { 1, 2 }, default);
        var large = await (await CreateAsync(
            Options with { Width = 32, Height = 32 }, new ImageShape(64, 96, 3))).RandomAsync("flags", new ulong[] { 1, 2 }, default);

        Assert.Equal(new ImageShape(28, 20, 1), grey.Images!.Shape);
        Assert.Equal(new ImageShape(64, 96, 3), large.Images!.Shape);
        for (var i = 0; i < 2; i++)
        {
            // A filter keeps the mean but for clipping: within 4 of 255.
            Assert.InRange(Luma(grey.Images[i], 1) - Luma(own.Images![i], 3), -4, 4);
            Assert.InRange(Luma(large.Images[i], 3) - Luma(own.Images[i], 3), -4, 4);
        }
    }

    [Theory]
    [InlineData(64, 48, 3)]
    [InlineData(28, 28, 1)]
    public async Task Variations_of_images_of_another_size_stay_near_them(int width, int height, int channels)
    {
        var generator = await CreateAsync(Options with { Steps = 10 }, new ImageShape(width, height, channels));
        var parents = await generator.RandomAsync("flags", new ulong[] { 1, 2, 3 }, default);
        var near = await generator.VaryAsync(parents, new[] { 2, 0, 2 }, VariationDegree.Of(0.1), "flags", new ulong[] { 8, 9, 10 }, default);

        Assert.Equal(parents.Images!.Shape, near.Images!.Shape);
        Assert.True(Distance(near.Images[0], parents.Images[2]) < Distance(near.Images[0], parents.Images[0]));
        Assert.True(Distance(near.Images[1], parents.Images[0]) < Distance(near.Images[1], parents.Images[2]));
        Assert.True(Distance(near.Images[2], parents.Images[2]) < Distance(near.Images[2], parents.Images[1]));
    }

    [Fact]
    public void Conversion_repeats_grey_and_weighs_colours()
    {
        var conversion = new ShapeConversion(new ImageShape(2, 1, 3), new ImageShape(2, 1, 1));
        var grey = conversion.ToRun(new ImageBatch(new ImageShape(2, 1, 3), 1, new byte[] { 255, 0, 0, 10, 20, 30 }));
        Assert.Equal([76, 18], grey.Pixels.ToArray());
        var batch = new ImageBatch(new ImageShape(2, 1, 1), 2, new byte[] { 1, 2, 3, 4 });
        Assert.Equal([3, 3, 3, 4, 4, 4], conversion.ToModel(batch, [1]).Pixels.ToArray());
    }

    [Fact]
    public void Requests_know_the_schedulers_that_models_know() => Assert.Equal(SchedulerName.All, StableDiffusionOptions.Schedulers);

    public void Dispose() => _library.Dispose();

    private async Task<StableDiffusionGenerator> CreateAsync(StableDiffusionOptions options, ImageShape? shape = null) =>
        StableDiffusionGenerator.Create(options, shape ?? Shape, await _library.LoadAsync(options.Model, options.ModelHash, default));

    private static double Luma(ReadOnlySpan<byte> image, int channels)
    {
        double[] weights = channels == 1 ? [1] : [0.299, 0.587, 0.114];
        var sum = 0.0;
        for (var i = 0; i < image.Length; i++)
        {
            sum += weights[i % channels] * image[i];
        }

        return sum * channels / image.Length;
    }

    private static double Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (double)(a[i] - b[i]);
        }

        return sum;
    }
}
