using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Tests.Runs;

namespace DpSynth.Synthesis.Tests.Generation;

/// <summary>The job that comes before anything private is released.</summary>
public sealed class WorkerCheckTests : IDisposable
{
    private const string Run = RunHarness.Run;

    private readonly RunHarness run = new();
    private readonly Jobs queue = new();

    private WorkerCheck Check => new(run.Records);

    private GenerationDispatcher Dispatcher => new(run.PrivateStore, run.Candidates, run.Drawings, queue, Check);

    [Fact]
    public async Task Check_is_asked_before_the_run_is_settled_and_confirmed_once()
    {
        await PlanAsync();

        Assert.Equal(new GenerationShards(1, 1, 0), await Dispatcher.DispatchAsync(Run, WorkerCheck.Generation, default));
        Assert.Equal(new GenerationShards(1, 1, 0), await Dispatcher.CountAsync(Run, WorkerCheck.Generation, default));
        var job = Assert.Single(queue.Taken);
        Assert.True(WorkerCheck.Is(job with { Returns = 2 }));

        await Worker(new BrightnessGenerator.Factory(variesFromImages: false)).RunAsync(job, default);
        await Worker(new BrightnessGenerator.Factory(variesFromImages: false)).RunAsync(job, default);

        Assert.Equal(new GenerationShards(1, 1, 1), await Dispatcher.CountAsync(Run, WorkerCheck.Generation, default));
        Assert.Equal(new GenerationShards(1, 1, 1), await Dispatcher.DispatchAsync(Run, WorkerCheck.Generation, default));
        Assert.Single(queue.Taken);
        Assert.Empty((await run.Ledger.ReadAsync("cats", default)).Runs);
    }

    [Fact]
    public async Task Worker_without_the_generator_confirms_nothing()
    {
        await PlanAsync();
        await Dispatcher.DispatchAsync(Run, WorkerCheck.Generation, default);

        await Assert.ThrowsAsync<NotSupportedException>(() => Worker(new NoGenerators()).RunAsync(queue.Taken[0], default));

        Assert.Equal(0, (await Dispatcher.CountAsync(Run, WorkerCheck.Generation, default)).Stored);
    }

    [Fact]
    public async Task Check_of_a_run_that_asks_nothing_is_refused() =>
        await Assert.ThrowsAsync<GenerationException>(() => Worker(new NoGenerators()).RunAsync(WorkerCheck.Job("other"), default));

    public void Dispose() => run.Dispose();

    private async Task PlanAsync()
    {
        run.Upload("dark", 30, 3);
        var plan = await run.Planner(RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [8, 8],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
        })).PlanAsync(Run, default);
        Assert.True(plan.ChecksWorkers);
    }

    private JobRunner Worker(IGeneratorFactory factory)
    {
        var cache = new GeneratorCache(run.Candidates, factory, new EmbedderFactory());
        return new JobRunner(new ShardMaker(run.Candidates, cache), cache, Check);
    }

    private sealed class Jobs : IGenerationQueue
    {
        public List<GenerationJob> Taken { get; } = [];

        public Task EnqueueAsync(IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
        {
            Taken.AddRange(jobs);
            return Task.CompletedTask;
        }
    }

    private sealed class NoGenerators : IGeneratorFactory
    {
        public ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken) =>
            throw new NotSupportedException("This worker has no generator.");
    }
}
