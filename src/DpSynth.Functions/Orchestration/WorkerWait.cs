using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.Orchestration;

/// <summary>
/// Waits until workers have done what they were asked for. Events only say that it is worth looking: they can be lost, come twice or come
/// late, so the store is asked for the truth now and then, and in the end.
/// </summary>
/// <typeparam name="TAnswer">What the events carry.</typeparam>
internal sealed class WorkerWait<TAnswer>(TaskOrchestrationContext context, string answers, Task<string> cancelRequested)
    where TAnswer : WorkerAnswer
{
    /// <summary>Most answers and looks that one execution takes: each stays in its history, which is loaded whole for every step.</summary>
    private const int MaxRounds = 500;

    /// <summary>How often the store is asked while no event comes.</summary>
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing may arrive before the run is given up.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromHours(24);

    /// <summary>Asks the store how far the work is.</summary>
    public required Func<Task<GenerationShards>> Look { get; init; }

    /// <summary>Takes an answer: 1 if it belongs to the work, else 0. Throws where it says that the work cannot be done.</summary>
    public required Func<TAnswer, int> Take { get; init; }

    /// <summary>What is to be said when nothing has come for so many hours.</summary>
    public required Func<double, string> Lateness { get; init; }

    /// <summary>When something was last seen to arrive, or the wait began.</summary>
    public DateTime LastArrival { get; private set; }

    /// <summary>Returns when all of it is stored, or this execution's history is long enough.</summary>
    /// <param name="known">How far the work is.</param>
    /// <param name="lastArrival">Where an earlier execution waited: when it last saw something arrive.</param>
    /// <param name="report">Called with the number of candidates stored, about, and wanted.</param>
    /// <returns>Whether all is stored.</returns>
    /// <exception cref="RunEndedException">The run was cancelled, a worker gave up, or no worker answers.</exception>
    public async Task<bool> UntilStoredAsync(GenerationShards known, DateTime? lastArrival, Action<int, int> report)
    {
        var answered = 0;
        LastArrival = lastArrival ?? context.CurrentUtcDateTime;

        // One wait at a time, taken up again for each answer: several would be served the newest first, and an answer that comes while none
        // waits is kept for the next.
        var answer = context.WaitForExternalEvent<TAnswer>(answers);
        using var looking = new CancellationTokenSource();
        var look = context.CreateTimer(_lookEvery, looking.Token);
        for (var rounds = 0; known.Stored < known.Shards && rounds < MaxRounds; rounds++)
        {
            report((int)((long)known.Candidates * Math.Min(known.Stored + answered, known.Shards) / known.Shards), known.Candidates);
            var first = await Task.WhenAny(answer, look, cancelRequested);
            if (cancelRequested.IsCompleted)
            {
                looking.Cancel();
                throw new RunEndedException(RunState.Cancelled, RunEndedException.Cancelled);
            }

            if (first == answer)
            {
                var result = await answer;
                answer = context.WaitForExternalEvent<TAnswer>(answers);
                answered += Take(result);
                if (known.Stored + answered < known.Shards)
                {
                    continue;
                }
            }
            else
            {
                look = context.CreateTimer(_lookEvery, looking.Token);
            }

            var before = known.Stored;
            known = await Look();
            answered = 0;
            if (known.Stored > before)
            {
                LastArrival = context.CurrentUtcDateTime;
            }
            else if (context.CurrentUtcDateTime - LastArrival > _patience)
            {
                throw new RunEndedException(RunState.Failed, WorkerRefusal.Late(Lateness(_patience.TotalHours)));
            }
        }

        looking.Cancel();
        if (answer.IsCompleted)
        {
            // It is taken out of the events and would be lost with this execution; what it says of a failure must not be.
            Take(await answer);
        }

        return known.Stored == known.Shards;
    }
}
