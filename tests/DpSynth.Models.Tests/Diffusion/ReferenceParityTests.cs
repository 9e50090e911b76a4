using System.Numerics.Tensors;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Tests.Diffusion;

/// <summary>Against arrays that PyTorch computed from the same weights and the same noise.</summary>
public sealed class ReferenceParityTests(TinyModel model) : IClassFixture<TinyModel>
{
    // "1e-3 is a fair tolerance": models/tiny-sd/reference/README.md
    private const double Tolerance = 1e-3;

    private readonly StableDiffusionPipeline _pipeline = model.Pipeline;

    [Fact]
    public void Prompts_are_encoded_as_in_the_reference()
    {
        var conditioning = _pipeline.Prompts.Encode("red apple, food and drink, noto style", negativePrompt: null);
        var hidden = Fixtures.Floats("txt2img_hidden");

        Assert.InRange(Fixtures.LargestDifference(conditioning.Condition.Tokens.Span, hidden.AsSpan(0, hidden.Length / 2)), 0, Tolerance);
        Assert.InRange(Fixtures.LargestDifference(conditioning.Unconditional.Tokens.Span, hidden.AsSpan(hidden.Length / 2)), 0, Tolerance);
    }

    [Fact]
    public void Text_to_image_is_as_in_the_reference()
    {
        var conditioning = _pipeline.Prompts.Encode("red apple, food and drink, noto style", "");
        var plan = Plan(steps: 10, strength: 1);
        Assert.Equal([901, 801, 701, 601, 501, 401, 301, 201, 101, 1], plan.Steps.Select(step => (int)step.Timestep));

        CheckImage("txt2img", Sample(plan, conditioning, guidanceScale: 3, "txt2img_init_latents"));
    }

    [Fact]
    public void The_first_prediction_is_as_in_the_reference()
    {
        var conditioning = _pipeline.Prompts.Encode("red apple, food and drink, noto style", "");

        // One step that keeps nothing but the prediction.
        var plan = new SamplingPlan([new SamplingStep { Timestep = 901, InputScale = 1, Output = 1 }], 0, 1, 1, null);
        var unguided = Sample(plan, conditioning, guidanceScale: 1, "txt2img_init_latents");
        var guided = Sample(plan, conditioning, guidanceScale: 3, "txt2img_init_latents");

        var conditional = Fixtures.Floats("txt2img_first_eps_cond");
        var expected = Fixtures.Floats("txt2img_first_eps_uncond").Zip(conditional, (without, with) => without + (3 * (with - without))).ToArray();
        Assert.InRange(Fixtures.LargestDifference(unguided, conditional), 0, Tolerance);
        Assert.InRange(Fixtures.LargestDifference(guided, expected), 0, Tolerance);
    }

    [Fact]
    public void Image_to_image_is_as_in_the_reference()
    {
        var image = ReadPng("img2img_input.png");
        var latents = _pipeline.Codec.Encode(image, default);
        Assert.InRange(Fixtures.LargestDifference(latents, Fixtures.Floats("img2img_init_latents")), 0, Tolerance);

        var plan = Plan(steps: 10, strength: 0.6);
        Assert.Equal([501, 401, 301, 201, 101, 1], plan.Steps.Select(step => (int)step.Timestep));
        var conditioning = _pipeline.Prompts.Encode("food and drink", "");
        CheckImage("img2img", Sample(plan, conditioning, guidanceScale: 3, "img2img_noise", latents));
    }

    [Fact]
    public void Images_conditioned_on_retrieval_are_as_in_the_reference()
    {
        var tokens = new PromptEmbedding(Fixtures.Floats("retrieval_tokens"), tokenCount: 4);
        CheckImage("retrieval", Sample(Plan(steps: 10, strength: 1), new Conditioning(tokens, tokens.Zeros()), guidanceScale: 2, "retrieval_init_latents"));
    }

    [Fact]
    public void Images_conditioned_on_a_noisy_mean_are_as_in_the_reference()
    {
        var units = Fixtures.Floats("retrieval_unit_embeds");
        var mean = new float[128];
        for (var i = 0; i < 4; i++)
        {
            TensorPrimitives.Add(mean, units.AsSpan(i * 128, 128), mean);
        }

        Normalise(mean);
        TensorPrimitives.MultiplyAdd(Fixtures.Floats("retrieval_dp_noise"), 0.05f, mean, mean);
        Normalise(mean);
        TensorPrimitives.Multiply(mean, MathF.Sqrt(128), mean);
        Assert.InRange(Fixtures.LargestDifference(mean, Fixtures.Floats("retrieval_dp_tokens")), 0, Tolerance);

        var token = new PromptEmbedding(mean, tokenCount: 1);
        CheckImage("retrieval_dp", Sample(Plan(steps: 10, strength: 1), new Conditioning(token, token.Zeros()), guidanceScale: 2, "retrieval_init_latents"));
    }

    private static SamplingPlan Plan(int steps, double strength)
    {
        var file = JsonConfiguration.Read(Path.Combine(Fixtures.ModelFolder, "scheduler", "scheduler_config.json"));
        return SamplingPlan.Create(SchedulerConfiguration.Read(file), steps, strength);
    }

    private static void Normalise(float[] vector) => TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);

    private static ImageBatch ReadPng(string name)
    {
        var image = new ImageBatch(new ImageShape(32, 32, 3), 1);
        new ImageDecoder(new DecodeLimits()).Decode(File.ReadAllBytes(Fixtures.Reference(name)), image.Shape, ResizeMode.Stretch, image[0]);
        return image;
    }

    private float[] Sample(SamplingPlan plan, Conditioning conditioning, double guidanceScale, string noise, float[]? initial = null)
    {
        var shape = new SamplerShape(1, guidanceScale > 1, 8, 8, conditioning.Condition.TokenCount, 0);
        using var sampler = new LatentSampler(_pipeline.UNet, shape, alone: true);
        initial?.CopyTo(sampler.Latents);
        sampler.Run(plan, [conditioning], guidanceScale, [new FixedNoise(Fixtures.Floats(noise))], initial is not null, () => { }, default);
        return sampler.Latents.ToArray();
    }

    private void CheckImage(string name, float[] latents)
    {
        Assert.InRange(Fixtures.LargestDifference(latents, Fixtures.Floats(name + "_final_latents")), 0, Tolerance);
        var pixels = _pipeline.Codec.Decode(latents, 1, 8, 8, alone: true);
        Assert.InRange(Fixtures.LargestDifference(pixels, Fixtures.Floats(name + "_image")), 0, Tolerance);

        // A value beside the border between two bytes may round to either.
        var bytes = new byte[32 * 32 * 3];
        PixelValues.ToBytes(pixels, bytes);
        var expected = ReadPng(name + "_image.png")[0].ToArray();
        Assert.All(bytes.Zip(expected), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1));
        Assert.InRange(bytes.Zip(expected).Count(pair => pair.First != pair.Second), 0, 3);
    }
}
