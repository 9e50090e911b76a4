using System.Diagnostics;
using DpSynth.Evaluation.Classification;
using DpSynth.Generators;
using DpSynth.Generators.DrawText;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Bench;

/// <summary>
/// A run by the product's own operations, with stores in memory: what is measured is the algorithm, without storage, queues and PNGs.
/// The noise is the product's, from the secure generator; only the public side follows the seed.
/// </summary>
internal sealed class EvolutionInMemory(RunRequest request, IReadOnlyList<ImageBatch> privateClasses)
{
    private readonly InMemoryPrivateStore privateStore = new();
    private readonly InMemoryCandidateStore candidates = new();
    private readonly InMemoryPrivacyLedger ledger = new();
    private readonly SecureDiscreteGaussianNoise noise = new();
    private readonly Dictionary<string, TimeSpan> stages = [];

    private NoisyMeasurement Measuring => new(privateStore, privateStore, ledger, noise);

    /// <summary>The time each stage took.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Stages => stages;

    /// <summary>σ of each iteration's measurement in votes; empty before the run.</summary>
    public IReadOnlyList<double> NoiseMultipliers { get; private set; } = [];

    /// <summary>Evolves the population and returns its last generation.</summary>
    public async Task<LabelledImages> RunAsync()
    {
        var run = await ReserveAsync();
        var maker = new ShardMaker(
            candidates, new GeneratorCache(candidates, new GeneratorFactory([new DrawTextBackend(FontCatalogue.Open())]), new ModelFreeEmbedders()));
        var embeddings = new CandidateEmbeddings(candidates);
        var voting = new VoteCounting(privateStore, privateStore, privateStore, embeddings);
        var measurement = new HistogramMeasurement(privateStore, privateStore, Measuring);
        var selection = new ParentSelection(privateStore, privateStore, candidates, embeddings);
        var steps = new TimedSteps(this, run, maker, voting, measurement, selection);
        await Evolution.RunAsync(steps, request.Evolution.Iterations);
        return await ReadGenerationAsync(run.Recipe, request.Evolution.Iterations);
    }

    /// <summary>A generation of a run that has ended, with its classes as labels.</summary>
    public async Task<LabelledImages> ReadGenerationAsync(GenerationRecipe recipe, int generation)
    {
        var jobs = new Population(recipe, generation).Jobs;
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

    private async Task<ReservedRun> ReserveAsync()
    {
        var budget = await ledger.ApproveAsync(request.Dataset, Policies.Of([.. privateClasses.Select((_, i) => $"{i}")]), epsilon: 1000);
        var plan = new RunPlan
        {
            Request = request,
            Guarantee = Guarantee.Of(request, budget.Policy, submittedBy: null).Guarantee!,
            Lanes = privateClasses.Count,
            Classes = [.. privateClasses.Select((_, i) => $"{i}")],
            PrivateShards = [.. privateClasses.Select((_, i) => new PrivateShard(i, i, []))],
        };
        await privateStore.TryCreateRecordAsync(request.RunId, RunPlan.RecordName, plan, default);
        await TimeAsync("private embedding", EmbedPrivateAsync);
        await TimeAsync("reserving", async () =>
        {
            if (await new RunReservation(privateStore, candidates, ledger, Measuring, privateStore,
                new Methods([new PrivateEvolutionMethod(privateStore)])).ReserveAsync(request.RunId, default) is { Refusal: { } refusal })
            {
                throw new InvalidOperationException(refusal.Sentence);
            }
        });

        var run = (await privateStore.ReadRecordAsync<ReservedRun>(request.RunId, ReservedRun.RecordName, default))!;
        NoiseMultipliers = [.. Enumerable.Range(1, request.Evolution.Iterations).Select(
            iteration => run.NoiseInVotes(PrivateEvolutionMethod.MeasurementOf(iteration)))];
        return run;
    }

    private async Task EmbedPrivateAsync()
    {
        var embedder = ModelFreeEmbedders.Create(request.Embedder, request.Image.ToShape());
        for (var shard = 0; shard < privateClasses.Count; shard++)
        {
            var matrix = new EmbeddingMatrix(privateClasses[shard].Count, embedder.Dimension);
            await embedder.EmbedAsync(privateClasses[shard], matrix.Memory, default);
            await privateStore.WriteEmbeddingsAsync(request.RunId, shard, matrix, default);
            var found = new EmbeddedShard { Images = matrix.Rows, Unreadable = [], FingerprintBytes = [] };
            await privateStore.TryCreateRecordAsync(request.RunId, EmbeddedShard.RecordName(shard), found, default);
        }
    }

    private async Task TimeAsync(string stage, Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        stages[stage] = stages.GetValueOrDefault(stage) + clock.Elapsed;
    }

    private sealed class TimedSteps(
        EvolutionInMemory clock, ReservedRun run, ShardMaker maker, VoteCounting voting, HistogramMeasurement measurement, ParentSelection selection)
            : IEvolutionSteps
    {
        private readonly string _runId = run.Request.RunId;

        public async Task<bool> MakeAsync(int generation)
        {
            await clock.TimeAsync("generation", async () =>
            {
                foreach (var job in new Population(run.Recipe, generation).Jobs)
                {
                    await maker.RunAsync(job, default);
                }
            });
            return true;
        }

        public async Task<bool> VoteAsync(int iteration)
        {
            await clock.TimeAsync("votes", async () =>
            {
                for (var shard = 0; shard < run.ShardClasses.Count; shard++)
                {
                    await voting.CountAsync(_runId, iteration, shard, default);
                }
            });
            return true;
        }

        public Task MeasureAsync(int iteration) => clock.TimeAsync("selection", () => measurement.MeasureAsync(_runId, iteration, default));

        public Task SelectAsync(int iteration) => clock.TimeAsync("selection", () => selection.SelectAsync(_runId, iteration, default));
    }
}
