using DpSynth.Models.Diffusion;
using DpSynth.Models.Sessions;
using DpSynth.Models.Tests.OnnxGraphs;

namespace DpSynth.Models.Tests.Diffusion;

public sealed class MemoryTests
{
    [Fact]
    public void Where_memory_runs_out_calls_are_halved_and_the_images_stay_the_same()
    {
        using var model = new TemporaryFolder();
        new RandomModel { MaxRows = 2 }.Save(model.Path);
        using var pipeline = StableDiffusionPipeline.Load(model.Path, new InferenceOptions { ImagesPerCall = 8, Threads = 1 });
        var conditioning = pipeline.Prompts.Encode("a", negativePrompt: null);
        DiffusionRequest Request(params ulong[] seeds) => new()
        {
            Settings = new DiffusionSettings { Steps = 2, GuidanceScale = 1 },
            Seeds = seeds,
            Conditionings = [conditioning],
        };

        var result = pipeline.Generate(Request(1, 2, 3, 4, 5, 6, 7, 8), CancellationToken.None);

        Assert.Equal(
            ["Memory ran out; 4 images at a time go through the model from now on.", "Memory ran out; 2 images at a time go through the model from now on."],
            result.Warnings);
        var alone = pipeline.Generate(Request(6), CancellationToken.None);
        Assert.Equal(alone.Images.Pixels, result.Images[5]);

        // What was learnt stays.
        Assert.Empty(pipeline.Generate(Request(1, 2, 3, 4), CancellationToken.None).Warnings);
    }

    [Fact]
    public void Where_memory_does_not_hold_one_image_that_is_an_error()
    {
        using var model = new TemporaryFolder();
        new RandomModel { MaxRows = 0 }.Save(model.Path);
        using var pipeline = StableDiffusionPipeline.Load(model.Path, new InferenceOptions { Threads = 1 });
        var fault = Assert.Throws<InferenceException>(() => pipeline.Generate(
            new DiffusionRequest
            {
                Settings = new DiffusionSettings { Steps = 2, GuidanceScale = 1 },
                Seeds = new ulong[] { 1 },
                Conditionings = [pipeline.Prompts.Encode("a", negativePrompt: null)],
            },
            CancellationToken.None));
        Assert.True(fault.OutOfMemory);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
