using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>
/// Waits until the workers have stored a generation. Events only say that it is worth looking: they can be lost, come twice or come
/// late, so the store is asked for the truth now and then, and in the end.
/// </summary>
internal sealed class GenerationWait(TaskOrchestrationContext context, IterationInput generation, Task<string> cancelRequested)
{
    /// <summary>The reason given in a cancelled run's status.</summary>
    public const string CancelledReason = "The run was cancelled on request.";

    /// <summary>Most answers and looks that one execution takes: each stays in its history, which is loaded whole for every step.</summary>
    public const int MaxRounds = 500;

    /// <summary>How often the store is asked while no event comes.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long no shard may arrive before the run is given up.</summary>
    private static readonly TimeSpan PatienceWithWorkers = TimeSpan.FromHours(24);

    /// <summary>When a shard was last seen to arrive, or the wait began.</summary>
    public DateTime LastArrival { get; private set; }

    private bool IsCheck => generation.Iteration == WorkerCheck.Generation;

    /// <summary>Returns when every shard is stored, or this execution's history is long enough.</summary>
    /// <param name="known">How far the generation is.</param>
    /// <param name="lastArrival">Where an earlier execution waited: when it last saw a shard arrive.</param>
    /// <param name="report">Called with the number of candidates stored, about, and wanted.</param>
    /// <returns>Whether the generation is stored.</returns>
    /// <exception cref="RunEndedException">The run was cancelled, a worker gave up on a shard, or no worker answers.</exception>
    public async Task<bool> UntilStoredAsync(GenerationShards known, DateTime? lastArrival, Action<int, int> report)
    {
        var answered = 0;
        LastArrival = lastArrival ?? context.CurrentUtcDateTime;

        // One wait at a time, taken up again for each answer: several would be served the newest first, and an answer that comes while none
        // waits is kept for the next.
        var answer = context.WaitForExternalEvent<GenerationResult>(RunEvents.GenerationCompleted);
        using var looking = new CancellationTokenSource();
        var look = context.CreateTimer(LookEvery, looking.Token);
        for (var rounds = 0; known.Stored < known.Shards && rounds < MaxRounds; rounds++)
        {
            report((int)((long)known.Candidates * Math.Min(known.Stored + answered, known.Shards) / known.Shards), known.Candidates);
            var first = await Task.WhenAny(answer, look, cancelRequested);
            if (cancelRequested.IsCompleted)
            {
                looking.Cancel();
                throw new RunEndedException(RunState.Cancelled, CancelledReason);
            }

            if (first == answer)
            {
                var result = await answer;
                answer = context.WaitForExternalEvent<GenerationResult>(RunEvents.GenerationCompleted);
                answered += Take(result);
                if (known.Stored + answered < known.Shards)
                {
                    continue;
                }
            }
            else
            {
                look = context.CreateTimer(LookEvery, looking.Token);
            }

            var before = known.Stored;
            known = await context.CallActivityAsync<GenerationShards>(nameof(EvolutionActivities.CountStoredShards), generation, ActivityRetry.Step);
            answered = 0;
            if (known.Stored > before)
            {
                LastArrival = context.CurrentUtcDateTime;
            }
            else if (context.CurrentUtcDateTime - LastArrival > PatienceWithWorkers)
            {
                throw new RunEndedException(
                    RunState.Failed,
                    IsCheck
                        ? $"No worker answered for {PatienceWithWorkers.TotalHours:0} hours whether it can serve the run; see that workers run and take 'generation-jobs'."
                        : $"No worker stored anything of generation {generation.Iteration} for {PatienceWithWorkers.TotalHours:0} hours; see that workers run and take 'generation-jobs'.");
            }
        }

        looking.Cancel();
        return known.Stored == known.Shards;
    }

    /// <summary>1 if the answer is one of this generation's shards, else 0.</summary>
    private int Take(GenerationResult result)
    {
        if (result.Generation != generation.Iteration)
        {
            return 0;
        }

        return result.Error is null
            ? 1
            : throw new RunEndedException(RunState.Failed, IsCheck
                ? $"The worker cannot serve the run, of which nothing was released: {result.Error}"
                : $"Shard {result.Shard} of generation {result.Generation} could not be made: {result.Error}");
    }
}
