using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

public sealed class StableDiffusionOptionsTests
{
    private static readonly StableDiffusionOptions Options = new() { Model = "tiny-sd", Prompts = ["a photo of {class}"] };

    [Fact]
    public void Defaults_are_without_fault() => Assert.Null(Options.DescribeFault());

    [Fact]
    public void Faults_name_their_field()
    {
        Assert.StartsWith("'generator.options.model'", (Options with { Model = "../secrets" }).DescribeFault());
        Assert.StartsWith("'generator.options.prompts'", (Options with { Prompts = [] }).DescribeFault());
        Assert.StartsWith("'generator.options.prompts[1]'", (Options with { Prompts = ["a", " "] }).DescribeFault());
        Assert.StartsWith("'generator.options.negativePrompt'", (Options with { NegativePrompt = new string('a', 1001) }).DescribeFault());
        Assert.StartsWith("'generator.options.guidanceScale'", (Options with { GuidanceScale = double.NaN }).DescribeFault());
        Assert.StartsWith("'generator.options.steps'", (Options with { Steps = 0 }).DescribeFault());
        Assert.StartsWith("'generator.options.width' and", (Options with { Width = 512 }).DescribeFault());
        Assert.StartsWith("'generator.options.width' and", (Options with { Width = 512, Height = 4 }).DescribeFault());
        Assert.StartsWith("'generator.options.scheduler'", (Options with { Scheduler = "heun" }).DescribeFault());
    }

    [Theory]
    [InlineData("sd-1.5", null, true)]
    [InlineData("sd..15", null, false)]
    [InlineData("..", null, false)]
    [InlineData("sd.", null, false)]
    [InlineData("../sd", null, false)]
    [InlineData("sd", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true)]
    [InlineData("sd", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", false)]
    [InlineData("sd", "0123", false)]
    public void Models_are_one_folders_name_and_a_hash(string model, string? hash, bool valid)
    {
        var json = Request(
            $$"""{ "model": "{{model}}", {{(hash is null ? "" : $"\"modelHash\": \"{hash}\",")}} "prompts": ["an emoji"] }""", false);
        if (valid)
        {
            var options = Assert.IsType<StableDiffusionOptions>(RequestParts.Reader.Read(json).Generator);
            Assert.Equal((model, hash), (options.Model, options.ModelHash));
        }
        else
        {
            Assert.StartsWith("'generator.options.model", Assert.Throws<RequestException>(() => RequestParts.Reader.Read(json)).Message);
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0.02, true)]
    [InlineData(0, false)]
    [InlineData(1.01, false)]
    [InlineData(double.NaN, false)]
    public void Degrees_are_strengths(double degree, bool valid) => Assert.Equal(valid, Options.DescribeFault(VariationDegree.Of(degree)) is null);

    [Fact]
    public void Requests_are_read_with_every_option()
    {
        var options = Assert.IsType<StableDiffusionOptions>(RequestParts.Reader.Read(Request(
            """
            {
              "model": "tiny-sd", "prompts": ["an emoji"], "negativePrompt": "text", "guidanceScale": 3, "steps": 12, "scheduler": "euler",
              "width": 768, "height": 512
            }
            """,
            false)).Generator);

        Assert.Equal(("tiny-sd", "text", 3.0, 12, "euler"), (options.Model, options.NegativePrompt, options.GuidanceScale, options.Steps, options.Scheduler));
        Assert.Equal((768, 512), (options.Width, options.Height));
        var back = JsonSerializer.Deserialize<GeneratorOptions>(
            JsonSerializer.Serialize<GeneratorOptions>(options, RequestParts.Json.Options), RequestParts.Json.Options);
        Assert.Equal(options.Prompts, Assert.IsType<StableDiffusionOptions>(back).Prompts);
    }

    [Theory]
    [InlineData("""{ "prompts": ["an emoji"] }""", true, "model")]
    [InlineData("""{ "model": "tiny-sd" }""", true, "prompts")]
    [InlineData("""{ "model": "tiny-sd", "prompts": ["a"], "strength": 1 }""", true, "strength")]
    [InlineData("""{ "model": "tiny-sd", "prompts": ["a {class}"] }""", false, "classConditional")]
    [InlineData("""{ "model": "tiny-sd", "prompts": ["a"], "steps": 1001 }""", true, "steps")]
    public void Requests_with_a_fault_are_refused_by_its_name(string options, bool classConditional, string named)
    {
        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(Request(options, classConditional)));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    private static string Request(string options, bool classConditional) => $$"""
        {
          "runId": "run", "dataset": "emoji", "epsilon": 1, "delta": 1e-5, "classConditional": {{(classConditional ? "true" : "false")}},
          "image": { "width": 32, "height": 32 },
          "generator": { "name": "stable-diffusion", "options": {{options}} },
          "evolution": { "populationSizes": [100, 100], "variationDegrees": [1, 0.5] }
        }
        """;
}
