using System.Diagnostics;
using DpSynth.Evaluation.Classification;
using DpSynth.Generators;
using DpSynth.Generators.DrawText;
using DpSynth.Generators.StableDiffusion;
using DpSynth.Imaging;
using DpSynth.Privacy;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Evolution;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Tests.InMemory;

namespace DpSynth.Bench;

/// <summary>
/// A run by the product's own operations, with stores in memory: what is measured is the algorithm, without storage, queues and PNGs.
/// The noise is the product's, from the secure generator; only the public side follows the seed.
/// </summary>
internal sealed class EvolutionInMemory(RunRequest request, IReadOnlyList<ImageBatch> privateClasses)
{
    private const int CandidatesPerShard = 2_000;

    private readonly InMemoryPrivateStore privateStore = new();
    private readonly InMemoryCandidateStore candidates = new();
    private readonly InMemoryLedger ledger = new();
    private readonly Dictionary<string, TimeSpan> stages = [];

    /// <summary>The time each stage took.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Stages => stages;

    /// <summary>σ of each release.</summary>
    public IReadOnlyList<double> NoiseMultipliers { get; } = request.Evolution.BudgetWeights is { Count: > 0 } weights
        ? GaussianAccountant.NoiseMultipliers(request.Epsilon, request.Delta, [.. weights])
        : [.. Enumerable.Repeat(
            GaussianAccountant.NoiseMultiplier(request.Epsilon, request.Delta, request.Evolution.Iterations), request.Evolution.Iterations)];

    /// <summary>Evolves the population and returns its last generation.</summary>
    public async Task<LabelledImages> RunAsync()
    {
        var plan = await PlanAsync();
        var maker = new ShardMaker(
            candidates, new GeneratorCache(candidates, new GeneratorFactory(new NoPublicImages(), FontCatalogue.Open(), new ModelLibrary(new ModelLibraryOptions())), new EmbedderFactory()));
        var embeddings = new CandidateEmbeddings(candidates);
        var voting = new VoteCounting(privateStore, embeddings);
        var release = new HistogramRelease(privateStore, ledger, new SecureGaussianNoise());
        var selection = new SurvivorSelection(privateStore, candidates, embeddings);
        await TimeAsync("private embedding", EmbedPrivateAsync);
        for (var generation = 0; generation <= request.Evolution.Iterations; generation++)
        {
            await TimeAsync("generation", async () =>
            {
                foreach (var job in PopulationLayout.Jobs(plan.Recipe, generation))
                {
                    await maker.RunAsync(job, default);
                }
            });
            if (generation == request.Evolution.Iterations)
            {
                break;
            }

            await TimeAsync("votes", async () =>
            {
                foreach (var shard in plan.PrivateShards)
                {
                    await voting.CountAsync(request.RunId, generation + 1, shard.Number, default);
                }
            });
            await TimeAsync("selection", async () =>
            {
                await release.ReleaseAsync(request.RunId, generation + 1, default);
                await selection.SelectAsync(request.RunId, generation + 1, default);
            });
        }

        return await ReadGenerationAsync(plan.Recipe, request.Evolution.Iterations);
    }

    /// <summary>A generation of a run that has ended, with its classes as labels.</summary>
    public async Task<LabelledImages> ReadGenerationAsync(GenerationRecipe recipe, int generation)
    {
        var jobs = PopulationLayout.Jobs(recipe, generation);
        var images = new ImageBatch(recipe.Shape, jobs.Sum(job => job.Count));
        var labels = new byte[images.Count];
        var written = 0;
        foreach (var job in jobs)
        {
            var shard = await candidates.ReadCandidatesAsync(job.ShardId, withImages: true, default);
            shard.Images!.Pixels.CopyTo(images.Slice(written, job.Count).Pixels);
            labels.AsSpan(written, job.Count).Fill((byte)job.ClassIndex);
            written += job.Count;
        }

        return new LabelledImages(images, labels);
    }

    private async Task<RunPlan> PlanAsync()
    {
        var recipe = new GenerationRecipe
        {
            RunId = request.RunId,
            Classes = [.. privateClasses.Select((_, i) => $"{i}")],
            Generator = request.Generator,
            Embedder = request.Embedder,
            Shape = request.Image.ToShape(),
            Evolution = request.Evolution,
            CandidatesPerShard = CandidatesPerShard,
            Seed = request.Seed,
        };
        var plan = new RunPlan
        {
            Request = request,
            Recipe = recipe,
            PrivateShards = [.. privateClasses.Select((_, i) => new PrivateShard(i, i, []))],
            NoiseMultipliers = NoiseMultipliers,
        };
        await candidates.WriteRecipeAsync(recipe, default);
        await privateStore.TryCreateRecordAsync(request.RunId, RunPlan.RecordName, plan, default);
        await ledger.ReserveAsync(request.Dataset, request.RunId, NoiseMultipliers.Sum(static sigma => 1 / (sigma * sigma)), default);
        return plan;
    }

    private async Task EmbedPrivateAsync()
    {
        var embedder = new EmbedderFactory().Create(request.Embedder, request.Image.ToShape());
        for (var shard = 0; shard < privateClasses.Count; shard++)
        {
            var matrix = new EmbeddingMatrix(privateClasses[shard].Count, embedder.Dimension);
            await embedder.EmbedAsync(privateClasses[shard], matrix.Memory, default);
            await privateStore.WriteEmbeddingsAsync(request.RunId, shard, matrix, default);
        }
    }

    private async Task TimeAsync(string stage, Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        stages[stage] = stages.GetValueOrDefault(stage) + clock.Elapsed;
    }

    private sealed class NoPublicImages : IPublicImageSource
    {
        public ValueTask<ImageBatch> LoadAsync(string name, ImageShape shape, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("This benchmark has no public images.");
    }
}
