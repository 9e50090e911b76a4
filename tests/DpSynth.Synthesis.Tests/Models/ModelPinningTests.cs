using System.Text.Json;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Tests.Runs;

namespace DpSynth.Synthesis.Tests.Models;

public sealed class ModelPinningTests
{
    private static readonly ModelIndex Index = ModelIndex.Of([new ModelFile("model.onnx", 1, new string('0', 64))]);

    [Fact]
    public async Task Plan_recipe_and_manifest_hold_the_hash_of_the_generators_model()
    {
        using var run = new RunHarness { Catalogue = new OneModel() };
        run.Upload("all", 100, 20);
        await run.RunAsync(Request(new StableDiffusionOptions { Model = "sd-1.5", Prompts = ["a"] }, new PixelsOptions()));
        var plan = (await run.PrivateStore.ReadRecordAsync<RunPlan>(RunHarness.Run, RunPlan.RecordName, default))!;
        var recipe = (await run.Candidates.ReadRecipeAsync(RunHarness.Run, default))!;
        Assert.Equal(Index.Fingerprint, ((StableDiffusionOptions)plan.Request.Generator).ModelHash);
        Assert.Equal(Index.Fingerprint, ((StableDiffusionOptions)recipe.Generator).ModelHash);
        Assert.Contains($"\"modelHash\": \"{Index.Fingerprint}\"", run.Releases.Text("manifest.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifest_says_what_embedded_and_what_searched()
    {
        using var run = new RunHarness();
        run.Upload("all", 100, 20);
        await run.RunAsync(
            Request(new DrawTextOptions(), new PixelsOptions()), notes: new GenerationNotes { EmbedderProviders = ["cuda"] });
        using var manifest = JsonDocument.Parse(run.Releases.Text("manifest.json"));
        var side = manifest.RootElement.GetProperty("privateSide");
        Assert.Equal("cpu", Assert.Single(side.GetProperty("searchProviders").EnumerateArray()).GetString());
        Assert.Empty(side.GetProperty("embedderProviders").EnumerateArray());
        Assert.Equal("cuda", Assert.Single(manifest.RootElement.GetProperty("generation").GetProperty("embedderProviders").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Both_models_are_pinned()
    {
        var (pinned, fault) = await ModelPinning.PinAsync(
            Request(new StableDiffusionOptions { Model = "sd-1.5", Prompts = ["a"] }, new OnnxImageOptions { Model = "sd-1.5" }), new OneModel(), default);
        Assert.Null(fault);
        Assert.Equal(Index.Fingerprint, ((StableDiffusionOptions)pinned!.Generator).ModelHash);
        Assert.Equal(Index.Fingerprint, ((OnnxImageOptions)pinned.Embedder).ModelHash);
    }

    [Fact]
    public async Task Hash_that_the_request_states_stays()
    {
        var stated = new string('b', 64);
        var request = Request(
            new StableDiffusionOptions { Model = "elsewhere", ModelHash = stated, Prompts = ["a"] },
            new OnnxImageOptions { Model = "elsewhere", ModelHash = stated });
        Assert.Equal((request, null), await ModelPinning.PinAsync(request, new OneModel(), default));
    }

    [Theory]
    [InlineData("generator")]
    [InlineData("embedder")]
    public async Task Model_that_nobody_knows_ends_the_run_before_it_costs_anything(string part)
    {
        using var run = new RunHarness { Catalogue = new OneModel() };
        run.Upload("all", 100, 20);
        var request = part == "generator"
            ? Request(new StableDiffusionOptions { Model = "unknown", Prompts = ["a"] }, new PixelsOptions())
            : Request(new DrawTextOptions(), new OnnxImageOptions { Model = "unknown" });
        var refusal = (await run.PlanAsync(request)).Refusal!.Sentence;
        Assert.StartsWith($"The {part}'s model 'unknown' is neither in", refusal, StringComparison.Ordinal);
        Assert.Contains("push it under that name", refusal, StringComparison.Ordinal);
    }

    private static RunRequest Request(GeneratorOptions generator, EmbedderOptions embedder) => RunHarness.Request(new EvolutionOptions
    {
        PopulationSizes = [8, 8],
        VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
    }) with
    { Generator = generator, Embedder = embedder };

    private sealed class OneModel : IModelCatalogue
    {
        public Task<ModelIndex?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(name == "sd-1.5" ? Index : null);
    }
}
