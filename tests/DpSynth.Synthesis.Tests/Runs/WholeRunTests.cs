using System.Text.Json;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Tests.Generation;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Runs;

/// <summary>All steps of a run, one after the other, over stores in memory.</summary>
public sealed class WholeRunTests : IDisposable
{
    private const string Run = RunHarness.Run;

    private readonly RunHarness run = new();

    [Theory]
    [InlineData(0, false, 1, false)]
    [InlineData(8, false, 1, false)]
    [InlineData(2, true, 2, false)]
    [InlineData(0, true, 0, false)]
    [InlineData(3, true, 1, true)]
    public async Task Population_moves_to_where_the_private_images_are(int lookahead, bool keepSelected, int nextVariationFolds, bool variesFromImages)
    {
        var request = RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [60, 60, 60, 40],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1), VariationDegree.Of(0.02)],
            Lookahead = lookahead,
            KeepSelected = keepSelected,
            NextVariationFolds = nextVariationFolds,
        });
        run.Upload("dark", 30, 200);
        run.Upload("light", 220, 200);

        await run.RunAsync(request, variesFromImages);

        var dark = await run.BrightnessAsync(3, 0);
        var light = await run.BrightnessAsync(3, 1);
        Assert.Equal((20, 20), (dark.Length, light.Length));
        Assert.InRange(dark.Average(), 10, 50);
        Assert.InRange(light.Average(), 200, 240);
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(2, 8)]
    public async Task Manifest_says_what_the_generator_said(int lookahead, int calls)
    {
        var request = RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [8, 8],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
            Lookahead = lookahead,
            InitialVariationFolds = 1,
        }) with
        { ClassConditional = false };
        run.Upload("dark", 30, 50);

        await run.RunAsync(
            request, candidatesPerShard: 5, notes: new GenerationNotes { Providers = ["cuda"], FlaggedDrawings = 3, Warnings = ["A prompt was cut."] });

        // Two shards in each generation; the first one's candidates are drawn, varied once, and with lookahead varied for the vote.
        using var manifest = JsonDocument.Parse(run.Releases.Text(RunManifest.FileName));
        var generation = manifest.RootElement.GetProperty("generation");
        Assert.Equal("cuda", Assert.Single(generation.GetProperty("providers").EnumerateArray()).GetString());
        Assert.Equal("A prompt was cut.", Assert.Single(generation.GetProperty("warnings").EnumerateArray()).GetString());
        Assert.Equal(3 * calls, generation.GetProperty("flaggedDrawings").GetInt64());
    }

    [Fact]
    public async Task A_model_that_is_not_installed_refuses_the_run_when_it_is_planned()
    {
        run.Upload("dark", 30, 10);
        var request = RunHarness.Request(
            new EvolutionOptions { PopulationSizes = [8, 8], VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)] });
        var plan = await run.PlanAsync(request with { Embedder = new OnnxImageOptions { Model = "absent" } });

        Assert.Contains("embedder", plan.Refusal!.Sentence, StringComparison.Ordinal);
        Assert.Null(await run.PrivateStore.ReadRecordAsync<RunPlan>(Run, RunPlan.RecordName, default));
    }

    [Fact]
    public async Task A_public_image_set_that_is_not_there_refuses_the_run_when_it_is_planned()
    {
        run.Upload("dark", 30, 10);
        var request = RunHarness.Request(
            new EvolutionOptions { PopulationSizes = [8, 8], VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)] });

        var scored = await run.PlanAsync(request with { Scores = new ScoreOptions { PublicReference = "faces" } });
        var drawn = await run.PlanAsync(request with { Generator = new NearestImageOptions { PublicSet = "birds" } });

        Assert.Contains("public image set 'faces'", scored.Refusal!.Sentence, StringComparison.Ordinal);
        Assert.Contains("public image set 'birds'", drawn.Refusal!.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Last_generation_is_embedded_only_if_it_is_to_be_scored(bool scored)
    {
        run.Upload("dark", 30, 10);
        var request = RunHarness.Request(
            new EvolutionOptions { PopulationSizes = [8, 8], VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)], Lookahead = 2 });

        await run.RunAsync(request with { Scores = new ScoreOptions { Private = scored } });

        var shard = new CandidateShardId(Run, 1, 0);
        if (!scored)
        {
            Assert.True(await run.Candidates.ShardExistsAsync(shard, default));
            await Assert.ThrowsAsync<FileNotFoundException>(() => run.Candidates.ReadEmbeddingsAsync(shard, default));
            return;
        }

        // The candidates themselves, not the mean of variations of them.
        var images = (await run.Candidates.ReadCandidatesAsync(shard, withImages: true, default)).Images!;
        var embeddings = await run.Candidates.ReadEmbeddingsAsync(shard, default);
        for (var i = 0; i < images.Count; i++)
        {
            Assert.Equal(images[i][0] / 255f, embeddings[i][0], 1e-5f);
        }
    }

    [Fact]
    public async Task Population_moves_to_where_the_private_images_are_with_contrast_between_classes()
    {
        var request = RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [60, 60, 60, 40],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1), VariationDegree.Of(0.02)],
            Lookahead = 2,
            ContrastNeighbours = 3,
        });
        run.Upload("dark", 30, 200);
        run.Upload("light", 220, 200);

        await run.RunAsync(request);

        Assert.InRange((await run.BrightnessAsync(3, 0)).Average(), 10, 50);
        Assert.InRange((await run.BrightnessAsync(3, 1)).Average(), 200, 240);
    }

    [Fact]
    public async Task Run_with_the_same_seed_and_noise_gives_the_same_release_however_the_generations_are_cut()
    {
        var request = RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [60, 60],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
            Lookahead = 2,
        });
        run.Upload("dark", 30, 50);
        await run.RunAsync(request);
        var whole = await run.BrightnessAsync(1, 0);

        using var again = new RunHarness();
        again.Upload("dark", 30, 50);
        await again.RunAsync(request, candidatesPerShard: 7);

        Assert.Equal(whole, await again.BrightnessAsync(1, 0));
    }

    [Fact]
    public async Task Run_survives_a_histogram_that_is_empty_above_the_threshold_and_says_so()
    {
        run.Upload("dark", 30, 3);
        await run.RunAsync(RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [50, 50],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
            Lookahead = 0,
            Threshold = 1e6,
            ThresholdUnit = ThresholdUnit.Count,
        }));

        Assert.Contains("\"fallback\": \"rank\"", run.Releases.Text(RunManifest.FileName), StringComparison.Ordinal);
        Assert.Equal(50, (await run.BrightnessAsync(1, 0)).Length);
    }

    [Fact]
    public async Task Release_states_what_it_cost_and_holds_nothing_of_the_private_images()
    {
        run.Upload("dark", 30, 50);
        await run.RunAsync(RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [20, 20, 20],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1)],
            Lookahead = 0,
        }));

        Assert.Equal(
            ["PRIVACY.md", "contact-sheet.png", "manifest.json", "privacy.json", "synthetic-00000.tar"], run.Releases.Files.Keys.Order(StringComparer.Ordinal));
        using var statement = JsonDocument.Parse(run.Releases.Files["privacy.json"]);
        Assert.InRange(statement.RootElement.GetProperty("epsilon").GetDouble(), 7.6, 8);
        Assert.Contains("\"adjacency\": \"add-remove\"", run.Releases.Text("privacy.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("dark/0", run.Releases.Text("manifest.json"), StringComparison.Ordinal);
        var spent = Assert.Single((await run.Ledger.ReadAsync("cats", default)).Runs);
        Assert.Equal(["iteration-001", "iteration-002"], spent.Measurements.Select(measurement => measurement.Key));
        Assert.All(spent.Measurements, measurement => Assert.Contains(measurement.EntryHash!, run.Releases.Text("privacy.json"), StringComparison.Ordinal));
        Assert.True(spent.Closed);
    }

    [Fact]
    public async Task Run_without_budget_is_refused_tells_the_owner_what_is_left_and_starts_nothing()
    {
        run.Upload("dark", 30, 5);
        var request = RunHarness.Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        await run.Ledger.ApproveAsync("cats", await run.PolicyForAsync(request), epsilon: 2);

        var plan = await run.PlanAsync(request);

        Assert.Equal(Refusal.Budget, plan.Refusal);
        Assert.StartsWith(
            "The dataset 'cats' has a budget of ε = 2 at δ = 1e-5, of which at most ε = 2 is left; a run of ε = 8",
            await run.DetailAsync(Refusal.Budget),
            StringComparison.Ordinal);
        Assert.Null(await run.Candidates.ReadRecipeAsync(Run, default));
        Assert.Null(await run.PrivateStore.ReadRecordAsync<RunPlan>(Run, RunPlan.RecordName, default));
    }

    [Fact]
    public async Task Unreadable_images_refuse_the_run_or_are_skipped_as_the_policy_says()
    {
        run.Upload("dark", 30, 12);
        run.PrivateStore.Blobs["cats/dark/broken.png"] = [1, 2, 3];
        var request = RunHarness.Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        var embedding = run.Embedding;

        run.Policy = Policies.Of("dark") with { Unreadable = UnreadableFiles.Reject };
        await run.PlanAsync(request);
        await embedding.EmbedAsync(Run, 0, default);

        Assert.Equal(Refusal.PrivateData, await run.ImageCheck.FindRefusalAsync(Run, default));
        Assert.Contains(
            "has 1 files that cannot be used as images (cats/dark/broken.png: ", await run.DetailAsync(Refusal.PrivateData), StringComparison.Ordinal);

        using var tolerant = new RunHarness();
        tolerant.Upload("dark", 30, 12);
        tolerant.PrivateStore.Blobs["cats/dark/broken.png"] = [1, 2, 3];
        await tolerant.RunAsync(request);
        Assert.StartsWith("1 files cannot be used as images: cats/dark/broken.png", await tolerant.DetailAsync(Refusal.Unreadable), StringComparison.Ordinal);
        Assert.Equal(12, (await tolerant.PrivateStore.ReadEmbeddingsAsync(Run, 0, default))!.Rows);
    }

    [Fact]
    public async Task Class_without_a_usable_image_and_one_without_a_folder_get_noise_alone()
    {
        run.Upload("dark", 30, 30);
        run.PrivateStore.Blobs["cats/light/broken.png"] = [1, 2, 3];
        run.Policy = Policies.Of("dark", "light", "none");
        var request = RunHarness.Request(new EvolutionOptions { PopulationSizes = [6, 6], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });

        await run.RunAsync(request);

        Assert.Equal<long[]>([30, 0, 0], (await run.PrivateStore.ReadMeasurementAsync(Run, MeasurementKeys.ClassCounts, 0, default))!);
        Assert.All((await run.PrivateStore.ReadMeasurementAsync(Run, "iteration-001", 2, default))!, count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task Archive_that_is_not_read_to_its_end_refuses_the_run_although_unreadable_files_are_skipped()
    {
        run.Upload("dark", 30, 12);
        run.PrivateStore.Blobs["cats/dark/part.tar"] = [.. Enumerable.Repeat((byte)7, 1000)];
        var request = RunHarness.Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });

        await run.EmbedAsync((await run.PlanAsync(request)).Lanes);

        Assert.Equal(Refusal.PrivateData, await run.ImageCheck.FindRefusalAsync(Run, default));
        Assert.Contains("archives that cannot be read to their end", await run.DetailAsync(Refusal.PrivateData), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_outside_the_policys_classes_take_no_part_and_only_the_owner_is_told()
    {
        run.Upload("dark", 30, 12);
        run.Upload("secret", 30, 5);
        run.PrivateStore.Blobs["cats/loose.png"] = [1, 2, 3];
        run.Policy = Policies.Of("dark");
        var request = RunHarness.Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });

        await run.RunAsync(request with { ClassConditional = false });

        Assert.Equal(12, (await run.PrivateStore.ReadMeasurementAsync(Run, "iteration-001", 0, default))!.Sum());
        var outside = (await run.PrivateStore.ListDetailsAsync(Run, default)).Single(detail => detail.Code == "outside-classes");
        Assert.StartsWith("6 files lie outside the classes", outside.Text, StringComparison.Ordinal);
        Assert.All(run.Releases.Files.Keys, file => Assert.DoesNotContain("secret", run.Releases.Text(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_done_twice_writes_its_shard_once()
    {
        run.Upload("dark", 30, 5);
        var request = RunHarness.Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        await run.PlanAsync(request);
        await run.Embedding.EmbedAsync(Run, 0, default);
        await run.Reservation().ReserveAsync(Run, default);
        var factory = new BrightnessGenerator.Factory();
        var maker = new ShardMaker(run.Candidates, new GeneratorCache(run.Candidates, factory, new ModelFreeEmbedders()));
        var job = new Population((await run.Candidates.ReadRecipeAsync(Run, default))!, 0).Jobs.Single();

        await maker.RunAsync(job, default);
        await maker.RunAsync(job, default);

        Assert.Equal((1, 1), (run.Candidates.Writes, factory.Made));
    }

    public void Dispose() => run.Dispose();
}
