using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Privacy;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Evolution;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Releases;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Tests.Generation;
using DpSynth.Synthesis.Tests.InMemory;

namespace DpSynth.Synthesis.Tests.Evolution;

/// <summary>All steps of a run, one after the other, over stores in memory.</summary>
public sealed class WholeRunTests
{
    private const string Run = "run";
    private static readonly ImageShape Shape = new(4, 4, 1);

    private readonly InMemoryPrivateStore privateStore = new();
    private readonly InMemoryCandidateStore candidates = new();
    private readonly InMemoryLedger ledger = new();
    private readonly RecordingReleases releases = new();

    [Theory]
    [InlineData(0, false, 1, false)]
    [InlineData(8, false, 1, false)]
    [InlineData(2, true, 2, false)]
    [InlineData(0, true, 0, false)]
    [InlineData(3, true, 1, true)]
    public async Task Population_moves_to_where_the_private_images_are(int lookahead, bool keepSelected, int nextVariationFolds, bool variesFromImages)
    {
        var request = Request(new EvolutionOptions
        {
            PopulationSizes = [60, 60, 60, 40],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1), VariationDegree.Of(0.02)],
            Lookahead = lookahead,
            KeepSelected = keepSelected,
            NextVariationFolds = nextVariationFolds,
        });
        Upload("dark", 30, 200);
        Upload("light", 220, 200);

        await RunAsync(request, variesFromImages);

        var dark = await BrightnessAsync(3, 0);
        var light = await BrightnessAsync(3, 1);
        Assert.Equal((20, 20), (dark.Length, light.Length));
        Assert.InRange(dark.Average(), 10, 50);
        Assert.InRange(light.Average(), 200, 240);
    }

    [Fact]
    public async Task Population_moves_to_where_the_private_images_are_with_contrast_between_classes()
    {
        var request = Request(new EvolutionOptions
        {
            PopulationSizes = [60, 60, 60, 40],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1), VariationDegree.Of(0.02)],
            Lookahead = 2,
            ContrastNeighbours = 3,
        });
        Upload("dark", 30, 200);
        Upload("light", 220, 200);

        await RunAsync(request);

        Assert.InRange((await BrightnessAsync(3, 0)).Average(), 10, 50);
        Assert.InRange((await BrightnessAsync(3, 1)).Average(), 200, 240);
    }

    [Fact]
    public async Task Run_with_the_same_seed_and_noise_gives_the_same_release_however_the_generations_are_cut()
    {
        var request = Request(new EvolutionOptions
        {
            PopulationSizes = [60, 60],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
            Lookahead = 2,
        });
        Upload("dark", 30, 50);
        await RunAsync(request);
        var whole = await BrightnessAsync(1, 0);

        var again = new WholeRunTests();
        again.Upload("dark", 30, 50);
        await again.RunAsync(request, candidatesPerShard: 7);

        Assert.Equal(whole, await again.BrightnessAsync(1, 0));
    }

    [Fact]
    public async Task Run_survives_a_histogram_that_is_empty_above_the_threshold_and_says_so()
    {
        Upload("dark", 30, 3);
        await RunAsync(Request(new EvolutionOptions
        {
            PopulationSizes = [50, 50],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
            Lookahead = 0,
            Threshold = 1e6,
            ThresholdUnit = ThresholdUnit.Count,
        }));

        Assert.Contains("\"fallback\": \"rank\"", releases.Text(RunManifest.FileName), StringComparison.Ordinal);
        Assert.Equal(50, (await BrightnessAsync(1, 0)).Length);
    }

    [Fact]
    public async Task Release_states_what_it_cost_and_holds_nothing_of_the_private_images()
    {
        Upload("dark", 30, 50);
        await RunAsync(Request(new EvolutionOptions
        {
            PopulationSizes = [20, 20, 20],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1)],
            Lookahead = 0,
        }));

        Assert.Equal(["contact-sheet.png", "manifest.json", "privacy.json", "synthetic-00000.tar"], releases.Files.Keys.Order(StringComparer.Ordinal));
        using var statement = JsonDocument.Parse(releases.Files["privacy.json"]);
        Assert.InRange(statement.RootElement.GetProperty("epsilon").GetDouble(), 500 * (1 - 1e-9), 500);
        Assert.Contains("\"adjacency\": \"addRemove\"", releases.Text("privacy.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("dark/0", releases.Text("manifest.json"), StringComparison.Ordinal);
        Assert.Equal(2, ledger.Runs.Single().Releases.Count);
        Assert.True(ledger.Runs.Single().Closed);
    }

    [Fact]
    public async Task Run_without_budget_is_refused_with_what_is_left_and_starts_nothing()
    {
        Upload("dark", 30, 5);
        var request = Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        var planner = new RunPlanner(new OneRequest(request), privateStore, candidates, new InMemoryLedger(totalMuSquared: 0.001));

        var plan = await planner.PlanAsync(Run, default);

        Assert.Contains("at most ε = 0.25 is left", plan.Refusal, StringComparison.Ordinal);
        Assert.Null(await candidates.ReadRecipeAsync(Run, default));
        Assert.Null(await privateStore.ReadRecordAsync<RunPlan>(Run, RunPlan.RecordName, default));
    }

    [Fact]
    public async Task Unreadable_images_are_listed_or_skipped_as_the_request_says()
    {
        Upload("dark", 30, 12);
        privateStore.Blobs["cats/dark/broken.png"] = [1, 2, 3];
        var request = Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        var embedding = new PrivateEmbedding(privateStore, new EmbedderFactory(), new ImageDecoder(new DecodeLimits()));

        await Planner(request).PlanAsync(Run, default);
        await embedding.EmbedAsync(Run, 0, default);
        var fault = await embedding.FindFaultAsync(Run, default);

        Assert.Contains("has 1 files that cannot be used as images (cats/dark/broken.png: ", fault, StringComparison.Ordinal);

        var tolerant = new WholeRunTests();
        tolerant.Upload("dark", 30, 12);
        tolerant.privateStore.Blobs["cats/dark/broken.png"] = [1, 2, 3];
        await tolerant.RunAsync(request with { Image = request.Image with { Corrupt = CorruptImages.Skip } });
        Assert.Equal(12, (await tolerant.privateStore.ReadEmbeddingsAsync(Run, 0, default))!.Rows);
    }

    [Fact]
    public async Task Class_without_a_usable_image_is_named()
    {
        Upload("dark", 30, 3);
        privateStore.Blobs["cats/light/broken.png"] = [1, 2, 3];
        var request = Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        var embedding = new PrivateEmbedding(privateStore, new EmbedderFactory(), new ImageDecoder(new DecodeLimits()));
        await Planner(request with { Image = request.Image with { Corrupt = CorruptImages.Skip } }).PlanAsync(Run, default);
        await embedding.EmbedAsync(Run, 0, default);
        await embedding.EmbedAsync(Run, 1, default);

        Assert.StartsWith("The class 'light' of the dataset 'cats' has no usable image", await embedding.FindFaultAsync(Run, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_done_twice_writes_its_shard_once()
    {
        Upload("dark", 30, 5);
        var request = Request(new EvolutionOptions { PopulationSizes = [4, 4], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] });
        await Planner(request).PlanAsync(Run, default);
        var factory = new BrightnessGenerator.Factory();
        var maker = new ShardMaker(candidates, new GeneratorCache(candidates, factory, new EmbedderFactory()));
        var job = PopulationLayout.Jobs((await candidates.ReadRecipeAsync(Run, default))!, 0).Single();

        await maker.RunAsync(job, default);
        await maker.RunAsync(job, default);

        Assert.Equal((1, 1), (candidates.Writes, factory.Made));
    }

    private RunPlanner Planner(RunRequest request) => new(new OneRequest(request), privateStore, candidates, ledger);

    private async Task RunAsync(RunRequest request, bool variesFromImages = false, int? candidatesPerShard = null)
    {
        var plan = await Planner(request).PlanAsync(Run, default);
        Assert.Null(plan.Refusal);
        if (candidatesPerShard is { } size)
        {
            var smaller = (await candidates.ReadRecipeAsync(Run, default))! with { CandidatesPerShard = size };
            await candidates.WriteRecipeAsync(smaller, default);
            privateStore.Replace(Run, RunPlan.RecordName, (await privateStore.ReadRecordAsync<RunPlan>(Run, RunPlan.RecordName, default))! with { Recipe = smaller });
        }

        var embedding = new PrivateEmbedding(privateStore, new EmbedderFactory(), new ImageDecoder(new DecodeLimits()));
        for (var shard = 0; shard < plan.PrivateShards; shard++)
        {
            await embedding.EmbedAsync(Run, shard, default);
        }

        Assert.Null(await embedding.FindFaultAsync(Run, default));
        var maker = new ShardMaker(candidates, new GeneratorCache(candidates, new BrightnessGenerator.Factory(variesFromImages), new EmbedderFactory()));
        var dispatcher = new GenerationDispatcher(privateStore, candidates, new ImmediateQueue(maker));
        var embeddings = new CandidateEmbeddings(candidates);
        var voting = new VoteCounting(privateStore, embeddings);
        var release = new HistogramRelease(privateStore, ledger, new ZeroNoise());
        var selection = new SurvivorSelection(privateStore, candidates, embeddings);
        for (var generation = 0; generation <= plan.Iterations; generation++)
        {
            await dispatcher.DispatchAsync(Run, generation, default);
            if (generation < plan.Iterations)
            {
                for (var shard = 0; shard < plan.PrivateShards; shard++)
                {
                    await voting.CountAsync(Run, generation + 1, shard, default);
                }

                await release.ReleaseAsync(Run, generation + 1, default);
                await selection.SelectAsync(Run, generation + 1, default);
            }
        }

        await new RunPublication(privateStore, candidates, releases).PublishAsync(Run, default);
        await new RunClosure(privateStore, candidates, ledger).CloseAsync(Run, default);
    }

    private async Task<float[]> BrightnessAsync(int generation, int classIndex)
    {
        var recipe = (await candidates.ReadRecipeAsync(Run, default))!;
        var all = new List<float>();
        foreach (var job in PopulationLayout.ClassJobs(recipe, generation, classIndex))
        {
            all.AddRange((await candidates.ReadCandidatesAsync(job.ShardId, withImages: false, default)).Parameters.ToArray());
        }

        return [.. all];
    }

    private void Upload(string className, byte brightness, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var image = new ImageBatch(Shape, 1);
            image.Pixels.Fill((byte)(brightness + i % 5));
            privateStore.Blobs[$"cats/{className}/{i:D4}.png"] = PngEncoder.Encode(image.Pixels, Shape);
        }
    }

    private static RunRequest Request(EvolutionOptions evolution) => new()
    {
        RunId = Run,
        Dataset = "cats",
        Method = RunRequest.PrivateEvolution,
        Epsilon = 500,
        Delta = 1e-5,
        Image = new ImageOptions { Width = Shape.Width, Height = Shape.Height, Channels = 1 },
        Generator = new DrawTextOptions(),
        Embedder = new PixelsOptions(),
        Evolution = evolution,
        Seed = 7,
    };

    private sealed class ImmediateQueue(ShardMaker maker) : IGenerationQueue
    {
        public async Task EnqueueAsync(IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
        {
            foreach (var job in jobs)
            {
                await maker.RunAsync(job, cancellationToken);
            }
        }
    }

    private sealed class ZeroNoise : INoiseSource
    {
        public void Fill(Span<double> destination, double standardDeviation, string purpose) => destination.Clear();
    }

    private sealed class RecordingReleases : IReleaseStore
    {
        public Dictionary<string, byte[]> Files { get; } = [];

        public string Text(string file) => System.Text.Encoding.UTF8.GetString(Files[file]);

        public async Task WriteAsync(string runId, string fileName, Stream content, string contentType, CancellationToken cancellationToken)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            Files[fileName] = copy.ToArray();
        }

        public Task<IReadOnlyList<ReleaseFile>> ListAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Stream> OpenAsync(string runId, string fileName, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class OneRequest(RunRequest request) : IRunRegistry
    {
        public Task<Registration> RegisterAsync(RunRequest request, string? submittedBy, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegisteredRun?> ReadAsync(string runId, CancellationToken cancellationToken) =>
            Task.FromResult<RegisteredRun?>(new RegisteredRun(request, DateTimeOffset.UnixEpoch));

        public IAsyncEnumerable<RegisteredRun> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RejectAsync(Rejection rejection, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Rejection?> ReadRejectionAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<Rejection> ListRejectionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
