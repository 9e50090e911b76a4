using System.Collections.Concurrent;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Worker.Tests;

/// <summary>Does in place of the real work what a test says, and remembers which jobs it was given.</summary>
internal sealed class JobRunner(Func<GenerationJob, CancellationToken, Task> work) : IGenerationJobRunner
{
    public ConcurrentQueue<GenerationJob> Begun { get; } = new();

    public static JobRunner Instant() => new((_, _) => Task.CompletedTask);

    public Task RunAsync(GenerationJob job, CancellationToken cancellationToken)
    {
        Begun.Enqueue(job);
        return work(job, cancellationToken);
    }
}
