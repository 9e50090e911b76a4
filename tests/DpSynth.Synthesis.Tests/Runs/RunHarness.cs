using DpSynth.Catalogue;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Tests.Generation;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Runs;

/// <summary>A run step by step over stores in memory, with a generator of grey squares, and no noise unless a test brings some.</summary>
internal sealed class RunHarness : IDisposable
{
    public const string Run = "run";
    public static readonly ImageShape Shape = new(4, 4, 1);

    public InMemoryPrivateStore PrivateStore { get; } = new();

    public InMemoryDrawingStore Drawings { get; } = new();

    public InMemoryCandidateStore Candidates => field ??= new(Drawings);

    public InMemorySharedRecords Records { get; } = new();

    public InMemoryPrivacyLedger Ledger { get; } = new();

    /// <summary>What the owner approves before a run is planned; null: whatever the run asks for.</summary>
    public DatasetPolicy? Policy { get; set; }

    public RecordingReleases Releases { get; } = new();

    public IModelCatalogue Catalogue { get; init; } = new LocalModels("no-models");

    public IDiscreteGaussianNoise Noise { get; init; } = new ZeroNoise();

    public Func<InMemoryPrivateStore, IMethod> Method { get; init; } = static store => new PrivateEvolutionMethod(store);

    public RequestJson Json { get; init; } = RequestParts.Json;

    public Methods Methods => new([Method(PrivateStore)]);

    public NoisyMeasurement NoisyMeasurement(IDiscreteGaussianNoise? noise = null) => new(PrivateStore, PrivateStore, Ledger, noise ?? Noise);

    public PrivateEmbedding Embedding => new(PrivateStore, PrivateStore, PrivateStore, new ModelFreeEmbedders(), new ImageDecoder(new DecodeLimits()));

    public PrivateImageCheck ImageCheck => new(PrivateStore, PrivateStore, PrivateStore);

    public RunPublication Publication => new(PrivateStore, Candidates, Records, Releases, Methods, Json);

    public void Dispose() => Ledger.Dispose();

    public RunPlanner Planner(RunRequest request) =>
        new(new OneRequest(request), PrivateStore, PrivateStore, PrivateStore, Ledger, new ModelFreeEmbedders(), Catalogue, new NoPublicImages(), Methods);

    public RunReservation Reservation(IDiscreteGaussianNoise? noise = null) =>
        new(PrivateStore, Candidates, Ledger, NoisyMeasurement(noise), PrivateStore, Methods);

    /// <summary>Runs Private Evolution.</summary>
    public Task RunAsync(RunRequest request, bool variesFromImages = false, int? candidatesPerShard = null, GenerationNotes? notes = null) => RunAsync(
        request,
        async (lanes, dispatcher) =>
        {
            var embeddings = new CandidateEmbeddings(Candidates);
            var steps = new InProcessSteps(
                Run,
                lanes,
                dispatcher,
                new VoteCounting(PrivateStore, PrivateStore, PrivateStore, embeddings),
                new HistogramMeasurement(PrivateStore, PrivateStore, NoisyMeasurement()),
                new ParentSelection(PrivateStore, PrivateStore, Candidates, embeddings));
            await Synthesis.PrivateEvolution.Evolution.RunAsync(steps, request.Evolution.Iterations);
        },
        variesFromImages,
        candidatesPerShard,
        notes);

    /// <summary>Runs a method that releases something and has one generation made.</summary>
    public Task RunAsync(RunRequest request, Func<string, NoisyMeasurement, Task> release) => RunAsync(request, async (_, dispatcher) =>
    {
        await release(Run, NoisyMeasurement());
        await dispatcher.DispatchAsync(Run, 0, default);
    });

    private async Task RunAsync(
        RunRequest request, Func<int, GenerationDispatcher, Task> work, bool variesFromImages =
            false, int? candidatesPerShard = null, GenerationNotes? notes = null)
    {
        var plan = await PlanAsync(request);
        Assert.Null(plan.Refusal);
        await EmbedAsync(plan.Lanes);

        Assert.Null(await ImageCheck.FindRefusalAsync(Run, default));
        Assert.Null((await Reservation().ReserveAsync(Run, default)).Refusal);
        if (candidatesPerShard is { } size)
        {
            var reserved = (await PrivateStore.ReadRecordAsync<ReservedRun>(Run, ReservedRun.RecordName, default))!;
            var smaller = reserved.Recipe with { CandidatesPerShard = size };
            Candidates.Replace(smaller);
            PrivateStore.Replace(Run, ReservedRun.RecordName, reserved with { Recipe = smaller });
        }

        var maker = new ShardMaker(
            Candidates, new GeneratorCache(Candidates, new BrightnessGenerator.Factory(variesFromImages, notes), new ModelFreeEmbedders()));
        await work(plan.Lanes, new GenerationDispatcher(PrivateStore, Candidates, Drawings, new ImmediateQueue(maker)));
        await Publication.PublishAsync(Run, default);
        await new RunClosure(PrivateStore, Candidates, Drawings, Ledger).CloseAsync(Run, default);
    }

    /// <summary>Plans a run under the policy; one that the request fits is approved where the dataset has none.</summary>
    public async Task<PlanSummary> PlanAsync(RunRequest request)
    {
        if ((await Ledger.ReadAsync(request.Dataset, default)).Policy is null)
        {
            await Ledger.ApproveAsync(request.Dataset, Policy ?? await PolicyForAsync(request), epsilon: 100);
        }

        return await Planner(request).PlanAsync(Run, default);
    }

    /// <summary>The policy that a request asks for, with the classes that the dataset has.</summary>
    public async Task<DatasetPolicy> PolicyForAsync(RunRequest request)
    {
        var listing = await PrivateStore.ListDatasetAsync(request.Dataset, default);
        string[] classes = [.. (listing?.Blobs ?? []).Select(blob => blob.ClassName).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return Policies.Of(classes) with
        {
            Owners = request.Privacy.Owners,
            Adjacency = request.Privacy.Adjacency ?? default,
            PublicSize = request.Privacy.DatasetSize,
            PublicClassCounts = request.Privacy.ClassCounts == ClassCounts.Public,
            Unreadable = request.Image.Corrupt ?? UnreadableFiles.Skip,
            LargestRun = new LedgerCap(1000, request.Privacy.DatasetSize is { } size ? DatasetPolicy.LargestDelta(size) : 0.5),
        };
    }

    /// <summary>What the owner is told of the run, under a code.</summary>
    public async Task<string?> DetailAsync(Refusal refusal) =>
        (await PrivateStore.ListDetailsAsync(Run, default)).SingleOrDefault(detail => detail.Code == refusal.Code)?.Text;

    public async Task EmbedAsync(int lanes)
    {
        var embedding = Embedding;
        for (var lane = 0; lane < lanes; lane++)
        {
            Assert.True(await embedding.EmbedLaneAsync(Run, lane, default));
        }
    }

    public async Task<float[]> BrightnessAsync(int generation, int classIndex)
    {
        var recipe = (await Candidates.ReadRecipeAsync(Run, default))!;
        var all = new List<float>();
        foreach (var job in new Population(recipe, generation).JobsOf(classIndex))
        {
            all.AddRange((await Candidates.ReadCandidatesAsync(job.ShardId, withImages: false, default)).Parameters.ToArray());
        }

        return [.. all];
    }

    public void Upload(string className, byte brightness, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var image = new ImageBatch(Shape, 1);
            image.Pixels.Fill((byte)(brightness + i % 5));
            PrivateStore.Blobs[$"cats/{className}/{i:D4}.png"] = PngEncoder.Encode(image.Pixels, Shape);
        }
    }

    public static RunRequest Request(EvolutionOptions evolution) => new()
    {
        RunId = Run,
        Dataset = "cats",
        Epsilon = 8,
        Delta = 1e-5,
        Image = new ImageOptions { Width = Shape.Width, Height = Shape.Height, Channels = 1 },
        Generator = new DrawTextOptions(),
        Embedder = new PixelsOptions(),
        Options = evolution,
        Seed = 7,
    };

    private sealed class InProcessSteps(
        string runId, int lanes, GenerationDispatcher dispatcher, VoteCounting voting, HistogramMeasurement measurement, ParentSelection selection)
            : IEvolutionSteps
    {
        public async Task<bool> MakeAsync(int generation)
        {
            await dispatcher.DispatchAsync(runId, generation, default);
            return true;
        }

        public async Task<bool> VoteAsync(int iteration)
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                await voting.CountLaneAsync(runId, iteration, lane, default);
            }

            return true;
        }

        public Task MeasureAsync(int iteration) => measurement.MeasureAsync(runId, iteration, default);

        public Task SelectAsync(int iteration) => selection.SelectAsync(runId, iteration, default);
    }

    private sealed class ImmediateQueue(ShardMaker maker) : IWorkerQueue
    {
        public async Task EnqueueAsync(IReadOnlyList<WorkerJob> jobs, CancellationToken cancellationToken)
        {
            foreach (var job in jobs.Cast<GenerationJob>())
            {
                await maker.RunAsync(job, cancellationToken);
            }
        }
    }

    private sealed class ZeroNoise : IDiscreteGaussianNoise
    {
        public void Fill(Span<long> destination, Rational sigmaSquared, string purpose) => destination.Clear();
    }

    internal sealed class RecordingReleases : IReleaseStore
    {
        public Dictionary<string, byte[]> Files { get; } = [];

        public string LocationOf(string runId) => $"releases/{runId}/";

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

    private sealed class NoPublicImages : IPublicImageSource
    {
        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(false);

        public IAsyncEnumerable<ImageBatch> ReadAsync(string name, ImageShape shape, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class OneRequest(RunRequest request) : IRunRegistry
    {
        public Task<Registration> RegisterAsync(RunRequest request, string? submittedBy, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<RegisteredRun?> ReadAsync(string runId, CancellationToken cancellationToken) =>
            Task.FromResult<RegisteredRun?>(new RegisteredRun(request, DateTimeOffset.UnixEpoch));

        public IAsyncEnumerable<RegisteredRun> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<EndedRun> RecordEndAsync(string runId, RunOutcome outcome, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<EndedRun?> ReadEndAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<EndedRun> ListEndedAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<RegisteredRun> ListOpenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RejectAsync(Rejection rejection, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Rejection?> ReadRejectionAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<Rejection> ListRejectionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
