using System.Collections.Concurrent;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Worker.Tests;

/// <summary>Does in place of the real work what a test says, and remembers which jobs it was given.</summary>
internal sealed class JobRunner(Func<GenerationJob, CancellationToken, Task> work) : IWorkerJobRunner
{
    public ConcurrentQueue<GenerationJob> Begun { get; } = new();

    public static JobRunner Instant() => new((_, _) => Task.CompletedTask);

    public Task RunAsync(WorkerJob job, CancellationToken cancellationToken)
    {
        var generation = Assert.IsType<GenerationJob>(job);
        Begun.Enqueue(generation);
        return work(generation, cancellationToken);
    }
}
