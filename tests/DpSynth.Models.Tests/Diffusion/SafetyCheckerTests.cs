using DpSynth.Imaging;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Models.Tests.OnnxGraphs;

namespace DpSynth.Models.Tests.Diffusion;

/// <summary>The checker of these models flags bright images.</summary>
public sealed class SafetyCheckerTests
{
    [Theory]
    [InlineData(ElementType.Float)]
    [InlineData(ElementType.Half)]
    public void Images_are_flagged_by_what_they_show(object real)
    {
        using var folder = new TemporaryFolder();
        new RandomModel { SafetyChecker = true, Real = (ElementType)real }.Save(folder.Path);
        using var checker = SafetyChecker.Open(ModelFolder.Open(folder.Path), new InferenceOptions())!;
        var images = new ImageBatch(new ImageShape(16, 12, 3), 4);
        images[1].Fill(200);
        images[2].Fill(100);
        images[3].Fill(255);

        Assert.Equal([1, 3], checker.Flagged(images, default));
    }

    [Fact]
    public void Flagged_images_are_drawn_anew_and_counted()
    {
        using var folder = new TemporaryFolder();
        new RandomModel().Save(folder.Path);
        using var without = StableDiffusionPipeline.Load(folder.Path);
        var plain = Generate(without, 40).Images;

        // About one image in eight is flagged.
        var means = Enumerable.Range(0, 40).Select(i => Mean(plain[i])).Order().ToArray();
        var limit = (means[34] + means[35]) / 2;
        var bright = Enumerable.Range(0, 40).Where(i => Mean(plain[i]) > limit).ToArray();
        using var checkedFolder = new TemporaryFolder();
        new RandomModel { SafetyChecker = true, BrightestSafe = (float)(limit / 255) }.Save(checkedFolder.Path);
        using var pipeline = StableDiffusionPipeline.Load(checkedFolder.Path);
        var result = Generate(pipeline, 40);

        Assert.True(result.Redrawn >= bright.Length);
        for (var i = 0; i < 40; i++)
        {
            Assert.True(Mean(result.Images[i]) <= limit);
            Assert.Equal(!bright.Contains(i), result.Images[i].SequenceEqual(plain[i]));
        }

        Assert.Equal(result.Images.Pixels.ToArray(), Generate(pipeline, 40).Images.Pixels.ToArray());
    }

    [Fact]
    public void An_image_that_is_flagged_every_time_is_an_error()
    {
        using var folder = new TemporaryFolder();
        new RandomModel { SafetyChecker = true }.Save(folder.Path);
        var preprocessing = Path.Combine(folder.Path, "feature_extractor", "preprocessor_config.json");
        File.WriteAllText(
            preprocessing, File.ReadAllText(preprocessing).Replace("\"image_mean\":[0,0,0]", "\"image_mean\":[-9,-9,-9]", StringComparison.Ordinal));
        using var pipeline = StableDiffusionPipeline.Load(folder.Path);
        var fault = Assert.Throws<GeneratedImageException>(() => Generate(pipeline, 2));
        Assert.Contains("safety checker flagged 2 of 2 images 5 times over", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("safety_checker/model.onnx")]
    [InlineData("feature_extractor/preprocessor_config.json")]
    public void A_checker_that_lacks_a_file_is_refused(string file)
    {
        using var folder = new TemporaryFolder();
        new RandomModel { SafetyChecker = true }.Save(folder.Path);
        File.Delete(Path.Combine(folder.Path, file));
        Assert.Contains(file, Assert.Throws<ModelFolderException>(() => StableDiffusionPipeline.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checker_that_is_named_but_not_there_is_warned_of()
    {
        using var folder = new TemporaryFolder();
        new RandomModel { SafetyChecker = true }.Save(folder.Path);
        Directory.Delete(Path.Combine(folder.Path, "safety_checker"), recursive: true);
        using var pipeline = StableDiffusionPipeline.Load(folder.Path);
        Assert.Contains("names a safety checker", Assert.Single(Generate(pipeline, 1).Warnings), StringComparison.Ordinal);
    }

    private static DiffusionResult Generate(StableDiffusionPipeline pipeline, int count) => pipeline.Generate(
        new DiffusionRequest
        {
            Settings = new DiffusionSettings { Steps = 2, GuidanceScale = 1 },
            Seeds = Enumerable.Range(1, count).Select(seed => (ulong)seed).ToArray(),
            Conditionings = [pipeline.Prompts.Encode("red apple", null), pipeline.Prompts.Encode("flags", null)],
            ConditioningOf = Enumerable.Range(0, count).Select(image => image % 2).ToArray(),
        },
        default);

    private static double Mean(ReadOnlySpan<byte> image)
    {
        var sum = 0;
        foreach (var value in image)
        {
            sum += value;
        }

        return (double)sum / image.Length;
    }
}
