using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Tests.Runs;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Generation;

/// <summary>The job that comes before anything private is released.</summary>
public sealed class WorkerCheckTests : IDisposable
{
    private const string Run = RunHarness.Run;

    private readonly RunHarness run = new();
    private readonly Jobs queue = new();

    private WorkerCheck Check => new(run.Records, run.Json);

    private WorkerReadiness Readiness => new(run.PrivateStore, Check, queue);

    [Fact]
    public async Task Worker_is_asked_before_the_budget_is_reserved_and_confirms_once()
    {
        await PlanAsync();

        Assert.False(await Readiness.AskAsync(Run, default));
        Assert.False(await Readiness.IsConfirmedAsync(Run, default));
        var job = Assert.IsType<CheckJob>(Assert.Single(queue.Taken));

        await Worker(new BrightnessGenerator.Factory(variesFromImages: false)).RunAsync(job, default);
        await Worker(new BrightnessGenerator.Factory(variesFromImages: false)).RunAsync(job with { Returns = 2 }, default);

        Assert.True(await Readiness.IsConfirmedAsync(Run, default));
        Assert.True(await Readiness.AskAsync(Run, default));
        Assert.Single(queue.Taken);
        Assert.Empty((await run.Ledger.ReadAsync("cats", default)).Runs);
    }

    [Fact]
    public async Task Worker_without_the_generator_confirms_nothing()
    {
        await PlanAsync();
        await Readiness.AskAsync(Run, default);

        await Assert.ThrowsAsync<NotSupportedException>(() => Worker(new NoGenerators()).RunAsync(queue.Taken[0], default));

        Assert.False(await Readiness.IsConfirmedAsync(Run, default));
    }

    [Fact]
    public async Task Check_of_a_run_that_asks_nothing_is_refused() =>
        await Assert.ThrowsAsync<GenerationException>(() => Worker(new NoGenerators()).RunAsync(new CheckJob("other"), default));

    public void Dispose() => run.Dispose();

    private async Task PlanAsync()
    {
        run.Upload("dark", 30, 3);
        await run.PlanAsync(RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [8, 8],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
        }));
    }

    private JobRunner Worker(IGeneratorFactory factory)
    {
        var cache = new GeneratorCache(run.Candidates, factory, new ModelFreeEmbedders());
        return new JobRunner(new ShardMaker(run.Candidates, cache), Check, cache);
    }

    private sealed class Jobs : IWorkerQueue
    {
        public List<WorkerJob> Taken { get; } = [];

        public Task EnqueueAsync(IReadOnlyList<WorkerJob> jobs, CancellationToken cancellationToken)
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
