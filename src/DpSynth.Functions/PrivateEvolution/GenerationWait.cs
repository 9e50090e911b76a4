using DpSynth.Synthesis.Evolution;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>
/// Waits until the workers have stored a generation. Events only say that it is worth looking: they can be lost, come twice or come
/// late, so that now and then the store is asked for the truth.
/// </summary>
internal sealed class GenerationWait(TaskOrchestrationContext context, IterationInput generation, Task<string> cancelRequested)
{
    /// <summary>The reason given in a cancelled run's status.</summary>
    public const string CancelledReason = "The run was cancelled on request.";

    /// <summary>How often the store is asked while no event comes.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long no shard may arrive before the run is given up.</summary>
    private static readonly TimeSpan PatienceWithWorkers = TimeSpan.FromHours(24);

    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2));

    /// <summary>Returns when every shard is stored.</summary>
    /// <param name="dispatched">The generation's shards.</param>
    /// <param name="report">Called with the number of candidates stored and wanted.</param>
    /// <exception cref="RunEndedException">The run was cancelled, a worker gave up on a shard, or no worker answers.</exception>
    public async Task UntilStoredAsync(DispatchedGeneration dispatched, Action<int, int> report)
    {
        var stored = new SortedSet<int>(dispatched.Stored);
        var total = dispatched.ShardSizes.Sum();
        var lastArrival = context.CurrentUtcDateTime;

        // One wait at a time and never cancelled: a cancelled one would stay behind and swallow the next event.
        var answer = context.WaitForExternalEvent<GenerationResult>(PrivateEvolutionOrchestrator.GenerationCompletedEvent);
        using var looking = new CancellationTokenSource();
        var look = context.CreateTimer(LookEvery, looking.Token);
        while (true)
        {
            report(stored.Sum(shard => dispatched.ShardSizes[shard]), total);
            if (stored.Count == dispatched.ShardSizes.Count)
            {
                break;
            }

            var first = await Task.WhenAny(answer, look, cancelRequested);
            if (cancelRequested.IsCompleted)
            {
                looking.Cancel();
                throw new RunEndedException(RunState.Cancelled, CancelledReason);
            }

            var before = stored.Count;
            if (first == answer)
            {
                var result = await answer;
                answer = context.WaitForExternalEvent<GenerationResult>(PrivateEvolutionOrchestrator.GenerationCompletedEvent);
                Take(result, stored);
            }
            else
            {
                look = context.CreateTimer(LookEvery, looking.Token);
                stored.UnionWith(await context.CallActivityAsync<IReadOnlyList<int>>(nameof(Activities.FindStoredShards), generation, Retried));
            }

            if (stored.Count > before)
            {
                lastArrival = context.CurrentUtcDateTime;
            }
            else if (context.CurrentUtcDateTime - lastArrival > PatienceWithWorkers)
            {
                throw new RunEndedException(
                    RunState.Failed, $"No worker stored anything of generation {generation.Iteration} for {PatienceWithWorkers.TotalHours:0} hours; see that workers run and take 'generation-jobs'.");
            }
        }

        looking.Cancel();
    }

    private void Take(GenerationResult result, SortedSet<int> stored)
    {
        if (result.Generation != generation.Iteration)
        {
            return;
        }

        if (result.Error is not null)
        {
            throw new RunEndedException(RunState.Failed, $"Shard {result.Shard} of generation {result.Generation} could not be made: {result.Error}");
        }

        stored.Add(result.Shard);
    }
}
