using DpSynth.Imaging;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Tests.OnnxGraphs;

namespace DpSynth.Models.Tests.Diffusion;

/// <summary>Folders as exports lay them out that the family that ships does not cover; weights are random.</summary>
public sealed class ModelLayoutTests
{
    [Fact]
    public void Half_precision_makes_the_images_of_single_precision()
    {
        var single = Generate(new RandomModel());
        var half = Generate(new RandomModel { Real = ElementType.Half });
        Assert.InRange(LargestDifference(single, half), 0, 4);
        Assert.True(LargestDifference(single, Generate(new RandomModel(), seed: 2)) > 20);
    }

    [Theory]
    [InlineData(ElementType.Int32, ElementType.Int32)]
    [InlineData(ElementType.Int32, ElementType.Float)]
    [InlineData(ElementType.Int64, ElementType.Half)]
    public void Ids_and_timesteps_may_have_any_type(object ids, object timestep) => Assert.InRange(
        LargestDifference(Generate(new RandomModel()), Generate(new RandomModel { Ids = (ElementType)ids, Timestep = (ElementType)timestep })), 0, 1);

    [Fact]
    public void Weights_may_lie_in_a_file_of_their_own() =>
        Assert.Equal(0, LargestDifference(Generate(new RandomModel()), Generate(new RandomModel { External = true })));

    [Fact]
    public void Velocity_is_understood_from_the_configuration() => Assert.True(
        LargestDifference(Generate(new RandomModel()), Generate(new RandomModel { Prediction = "v_prediction" })) > 20);

    [Theory]
    [InlineData(ElementType.Float)]
    [InlineData(ElementType.Half)]
    public void Two_encoders_give_their_states_side_by_side_and_the_pooled_embedding(object real)
    {
        using var folder = new TemporaryFolder();
        new RandomModel { TwoEncoders = true, Real = (ElementType)real }.Save(folder.Path);
        using var pipeline = StableDiffusionPipeline.Load(folder.Path);

        var prompt = pipeline.Prompts.Encode("red apple", null);
        Assert.Equal((32, 20, 6), (prompt.Condition.TokenCount, prompt.Condition.Dimension, prompt.Condition.Pooled!.Value.Length));
        Assert.All(prompt.Unconditional.Tokens.ToArray(), value => Assert.Equal(0, value));
        Assert.All(prompt.Unconditional.Pooled!.Value.ToArray(), value => Assert.Equal(0, value));
        Assert.Contains(pipeline.Prompts.Encode("red apple", "").Unconditional.Tokens.ToArray(), value => value != 0);

        var apple = Generate(pipeline, prompt, 1);
        var samePooled = new Conditioning(
            new PromptEmbedding(prompt.Condition.Tokens, 32, new float[6]), prompt.Unconditional);
        Assert.True(LargestDifference(apple, Generate(pipeline, samePooled, 1)) > 2);
        Assert.True(LargestDifference(apple, Generate(pipeline, prompt, 1, side: 32)[..apple.Length]) > 2);
    }

    [Fact]
    public void A_distilled_model_takes_its_guidance_as_an_embedding()
    {
        using var folder = new TemporaryFolder();
        new RandomModel { GuidanceEmbedding = 16 }.Save(folder.Path);
        using var pipeline = StableDiffusionPipeline.Load(folder.Path);
        Assert.Equal(16, pipeline.UNet.GuidanceDimension);

        var prompt = pipeline.Prompts.Encode("red apple", null);
        var apple = Generate(pipeline, prompt, 1);
        Assert.True(LargestDifference(apple, Generate(pipeline, prompt, 1, guidance: 8)) > 2);

        // The unconditional side is in the weights: what is given for it has no say.
        Assert.Equal(apple, Generate(pipeline, prompt with { Unconditional = pipeline.Prompts.Encode("flags") }, 1));
    }

    private static byte[] Generate(RandomModel model, ulong seed = 1)
    {
        using var folder = new TemporaryFolder();
        model.Save(folder.Path);
        using var pipeline = StableDiffusionPipeline.Load(folder.Path);
        Assert.Equal(new ImageShape(16, 16, 3), pipeline.DefaultShape);
        var images = Generate(pipeline, pipeline.Prompts.Encode("red apple", null), seed);
        var start = new InitialImages(new ImageBatch(pipeline.DefaultShape!.Value, 1), new[] { 0 }, 0.5);
        images.CopyTo(start.Images.Pixels);
        return [.. images, .. Generate(pipeline, pipeline.Prompts.Encode("flags", "red"), seed, start: start)];
    }

    private static byte[] Generate(
        StableDiffusionPipeline pipeline, Conditioning prompt, ulong seed, double guidance = 3, int side = 16, InitialImages? start = null) =>
        pipeline.Generate(
            new DiffusionRequest
            {
                Settings = new DiffusionSettings { Steps = 4, GuidanceScale = guidance, Width = side, Height = side, Scheduler = SchedulerName.Parse("ddim") },
                Seeds = new[] { seed },
                Conditionings = [prompt],
                Start = start,
            },
            default).Images.Pixels.ToArray();

    private static int LargestDifference(byte[] a, byte[] b)
    {
        Assert.Equal(a.Length, b.Length);
        return a.Zip(b, (left, right) => Math.Abs(left - right)).Max();
    }
}
