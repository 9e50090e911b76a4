using DpSynth.Imaging;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Tests.Diffusion;

public sealed class StableDiffusionPipelineTests(TinyModel model) : IClassFixture<TinyModel>
{
    private readonly StableDiffusionPipeline _pipeline = model.Pipeline;

    [Theory]
    [InlineData("ddim")]
    [InlineData("euler-ancestral")]
    [InlineData("dpm-solver++-karras")]
    [InlineData("pndm")]
    public void The_same_seed_gives_the_same_image_whatever_the_batch(string scheduler)
    {
        var batch = Generate(Request([3, 1, 4, 1, 5], scheduler));
        var alone = Generate(Request([4], scheduler));

        Assert.True(alone[0].SequenceEqual(batch[2]));
        Assert.True(batch[1].SequenceEqual(batch[3]));
        Assert.False(batch[0].SequenceEqual(batch[1]));
    }

    [Fact]
    public void How_calls_are_cut_does_not_matter()
    {
        using var small = StableDiffusionPipeline.Load(Fixtures.ModelFolder, new InferenceOptions { ImagesPerCall = 1, Threads = 1 });
        var request = Request([1, 2, 3], "euler");
        Assert.True(Generate(request).Pixels.SequenceEqual(small.Generate(request, default).Images.Pixels));
    }

    [Fact]
    public void Each_image_follows_its_own_prompt()
    {
        var apple = _pipeline.Prompts.Encode("red apple", null);
        var flag = _pipeline.Prompts.Encode("flags", null);
        var mixed = Generate(Request([7, 7]) with { Conditionings = [apple, flag], ConditioningOf = new[] { 1, 0 } });

        Assert.True(Generate(Request([7]) with { Conditionings = [apple] })[0].SequenceEqual(mixed[1]));
        Assert.True(Generate(Request([7]) with { Conditionings = [flag] })[0].SequenceEqual(mixed[0]));
    }

    [Fact]
    public void A_negative_prompt_moves_the_image() => Assert.False(
        Generate(Request([7]) with { Conditionings = [_pipeline.Prompts.Encode("an emoji", "red")] })[0]
            .SequenceEqual(Generate(Request([7]))[0]));

    [Fact]
    public void Variations_of_small_strength_stay_near_their_own_image()
    {
        var start = Generate(Request([1, 2]));
        DiffusionRequest Vary(double strength) => Request([10, 11, 12]) with { Start = new InitialImages(start, new[] { 1, 0, 1 }, strength) };
        var near = Generate(Vary(0.2));
        var far = Generate(Vary(1));

        Assert.True(Distance(near[0], start[1]) < Distance(near[0], start[0]));
        Assert.True(Distance(near[1], start[0]) < Distance(near[1], start[1]));
        Assert.True(Distance(near[0], start[1]) < Distance(far[0], start[1]));
        Assert.False(near[0].SequenceEqual(near[2]));
    }

    [Fact]
    public void Progress_counts_the_steps_of_all_images()
    {
        var reported = new Collected();
        _pipeline.Generate(Request([1, 2, 3]), default, reported);
        Assert.Equal(new DiffusionProgress(12, 12), reported.Values.MaxBy(progress => progress.Done));
    }

    [Fact]
    public void Generate_stops_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var stop = new Stop(source);
        Assert.Throws<OperationCanceledException>(() => _pipeline.Generate(Request([1]), source.Token, stop));
    }

    [Fact]
    public void Generate_of_no_seeds_makes_no_images() => Assert.Equal(0, Generate(Request([])).Count);

    [Fact]
    public void A_prompt_longer_than_the_context_is_cut_and_says_so()
    {
        Assert.True(_pipeline.Prompts.Encode(string.Concat(Enumerable.Repeat("red apple ", 40))).Truncated);
        Assert.False(_pipeline.Prompts.Encode("red apple").Truncated);
    }

    [Theory]
    [InlineData(33, 32, 20, 3, null, "multiples of 8")]
    [InlineData(64, 32, 20, 3, null, "32×32×3 only")]
    [InlineData(32, 32, 0, 3, null, "steps")]
    [InlineData(32, 32, 1001, 3, null, "steps")]
    [InlineData(32, 32, 20, -1, null, "guidance")]
    [InlineData(32, 32, 20, double.NaN, null, "guidance")]
    [InlineData(32, 32, 20, 3, 0.0, "strength")]
    [InlineData(32, 32, 20, 3, 1.5, "strength")]
    public void Settings_out_of_range_are_named(int width, int height, int steps, double guidance, double? strength, string named)
    {
        var settings = new DiffusionSettings { Width = width, Height = height, Steps = steps, GuidanceScale = guidance };
        Assert.Contains(named, _pipeline.DescribeFault(settings, strength), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_another_length_are_refused()
    {
        var tokens = new PromptEmbedding(new float[64], 1);
        var fault = Assert.Throws<ArgumentException>(() => Generate(Request([1]) with { Conditionings = [new Conditioning(tokens, tokens.Zeros())] }));
        Assert.Contains("length 128, not 64", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_none_are_an_error()
    {
        var bytes = new byte[12];
        Assert.Throws<GeneratedImageException>(() => PixelValues.ToBytes([0, 0, 0, 0, float.NaN, 0, 0, 0, 0, 0, 0, 0], bytes));
        Assert.Throws<GeneratedImageException>(() => PixelValues.ToBytes([-1, -1, -1, -1, -2, -1, -1, -1, -1, -1, -1, -1], bytes));
        PixelValues.ToBytes([-1, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, 2], bytes);
        Assert.Equal([0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255], bytes);
    }

    [Fact]
    public void Conditions_that_are_not_finite_end_in_an_error_and_not_in_an_image()
    {
        var tokens = new float[128];
        tokens[0] = float.NaN;
        var embedding = new PromptEmbedding(tokens, 1);
        Assert.Throws<GeneratedImageException>(() => Generate(Request([1]) with { Conditionings = [new Conditioning(embedding, embedding)] }));
    }

    [Fact]
    public void Noise_is_standard_normal()
    {
        // A million draws: the mean's deviation is 0.001, the variance's 0.0014; seven of them are exceeded once in 4·10¹¹ seeds.
        var values = new float[1_000_000];
        new SeededNoise(12345).Fill(values);
        Assert.InRange(values.Average(), -0.007, 0.007);
        Assert.InRange(values.Average(value => value * (double)value), 0.99, 1.01);
        Assert.InRange(values.Count(value => Math.Abs(value) > 1.959964) / 1e6, 0.0485, 0.0515);
    }

    private DiffusionRequest Request(ulong[] seeds, string scheduler = "ddim") => new()
    {
        Settings = new DiffusionSettings { Steps = 4, GuidanceScale = 3, Scheduler = SchedulerName.Parse(scheduler) },
        Seeds = seeds,
        Conditionings = [_pipeline.Prompts.Encode("an emoji", null)],
    };

    private ImageBatch Generate(DiffusionRequest request) => _pipeline.Generate(request, default).Images;

    private static double Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (double)(a[i] - b[i]);
        }

        return sum;
    }

    private sealed class Collected : IProgress<DiffusionProgress>
    {
        private readonly List<DiffusionProgress> _values = [];

        public IReadOnlyList<DiffusionProgress> Values => _values;

        public void Report(DiffusionProgress value)
        {
            lock (_values)
            {
                _values.Add(value);
            }
        }
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<DiffusionProgress>
    {
        public void Report(DiffusionProgress value) => source.Cancel();
    }
}
