using DpSynth.Synthesis.Evolution;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>The steps of one execution of the orchestration. Deterministic: it asks only its context.</summary>
internal sealed class EvolutionRun
{
    /// <summary>Storage and throttling faults pass; five tries over some 30 seconds tell them from real ones.</summary>
    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2));

    /// <summary>Votes of at most this many private shards are under way at once, so that one large run does not fill the hub.</summary>
    private const int FanOut = 64;

    private readonly TaskOrchestrationContext _context;
    private readonly EvolutionState _state;
    private readonly RunInput _input;
    private readonly Task<string> _cancelRequested;

    public EvolutionRun(TaskOrchestrationContext context, EvolutionState state)
    {
        _context = context;
        _state = state;
        _input = new RunInput(state.RunId);
        _cancelRequested = context.WaitForExternalEvent<string>(PrivateEvolutionOrchestrator.CancelRequestedEvent);
    }

    /// <summary>Plans the run, embeds the private images and settles the budget, then goes on to generation 0.</summary>
    public async Task<RunOutcome> PrepareAsync()
    {
        Report(RunStage.Planning, 0, 1, "steps");
        var plan = await _context.CallActivityAsync<PlanSummary>(nameof(Activities.PlanRun), _input, Retried);
        EndIf(plan.Refusal, RunState.Refused);

        await ForEachShardAsync(
            plan.PrivateShards,
            RunStage.Embedding,
            shard => _context.CallActivityAsync(nameof(Activities.EmbedPrivateShard), new PrivateShardInput(_state.RunId, shard), Retried));
        var verdict = await _context.CallActivityAsync<PrivateImagesVerdict>(nameof(Activities.CheckPrivateImages), _input, Retried);
        EndIf(verdict.Fault, RunState.Refused);

        EndIfCancelled();
        Report(RunStage.Settling, 0, 1, "steps");
        var settled = await _context.CallActivityAsync<SettlementSummary>(nameof(Activities.SettleRun), _input, Retried);
        EndIf(settled.Refusal, RunState.Refused);
        return ContinueWith(_state with { PrivateShards = plan.PrivateShards, Delta = settled.Delta, EpsilonSpent = settled.EpsilonSpent });
    }

    /// <summary>Has one generation made; lets the private images vote on it, or publishes it if it is the last.</summary>
    public async Task<RunOutcome> EvolveAsync()
    {
        var generation = new IterationInput(_state.RunId, _state.Generation);
        var dispatched = await _context.CallActivityAsync<DispatchedGeneration>(nameof(Activities.DispatchGeneration), generation, Retried);
        await new GenerationWait(_context, generation, _cancelRequested).UntilStoredAsync(
            dispatched, (done, total) => Report(RunStage.Generating, done, total, "candidates"));
        if (_state.Generation == _state.Iterations)
        {
            return await PublishAsync();
        }

        var iteration = new IterationInput(_state.RunId, _state.Generation + 1);
        await ForEachShardAsync(
            _state.PrivateShards,
            RunStage.Voting,
            shard => _context.CallActivityAsync(nameof(Activities.CountVotes), new VoteInput(_state.RunId, iteration.Iteration, shard), Retried));

        Report(RunStage.Selecting, 0, 1, "steps");
        var released = await _context.CallActivityAsync<ReleasedHistogram>(nameof(Activities.ReleaseHistogram), iteration, Retried);
        await _context.CallActivityAsync<SelectedSurvivors>(nameof(Activities.SelectSurvivors), iteration, Retried);
        return ContinueWith(_state with { Generation = iteration.Iteration, EpsilonSpent = released.EpsilonSpent });
    }

    /// <summary>Ends the run before its time.</summary>
    public async Task<RunOutcome> EndAsync(RunState end, string reason)
    {
        var closed = await _context.CallActivityAsync<ClosedRun>(nameof(Activities.CloseRun), _input, Retried);
        return Outcome(end, closed.EpsilonSpent) with { Reason = reason, Delta = closed.Delta };
    }

    private async Task<RunOutcome> PublishAsync()
    {
        Report(RunStage.Publishing, 0, 2, "steps");
        await ScoreAsync();
        Report(RunStage.Publishing, 1, 2, "steps");
        var published = await _context.CallActivityAsync<PublishedRun>(nameof(Activities.PublishRun), _input, Retried);
        var closed = await _context.CallActivityAsync<ClosedRun>(nameof(Activities.CloseRun), _input, Retried);
        return Outcome(RunState.Succeeded, closed.EpsilonSpent) with { Release = published.Location };
    }

    /// <summary>A release that is paid for is published, with its scores or without.</summary>
    private async Task ScoreAsync()
    {
        try
        {
            await _context.CallActivityAsync(nameof(Activities.ScoreRelease), _input, Retried);
        }
        catch (TaskFailedException)
        {
            // The manifest says that they are missing; the host has logged why.
        }
    }

    /// <summary>Runs an activity for every private shard, a bounded number at a time, and reports as they end.</summary>
    private async Task ForEachShardAsync(int shards, RunStage stage, Func<int, Task> start)
    {
        Report(stage, 0, shards, "shards");
        var running = new List<Task>();
        var started = 0;
        var done = 0;
        while (done < shards)
        {
            EndIfCancelled();
            while (started < shards && running.Count < FanOut)
            {
                running.Add(start(started++));
            }

            var ended = await Task.WhenAny([.. running, _cancelRequested]);
            if (running.Remove(ended))
            {
                await ended;
                Report(stage, ++done, shards, "shards");
            }
        }

        EndIfCancelled();
    }

    private RunOutcome ContinueWith(EvolutionState next)
    {
        EndIfCancelled();
        _context.ContinueAsNew(next);
        return Outcome(RunState.Running, next.EpsilonSpent);
    }

    private void EndIfCancelled()
    {
        if (_cancelRequested.IsCompleted)
        {
            throw new RunEndedException(RunState.Cancelled, GenerationWait.CancelledReason);
        }
    }

    private static void EndIf(string? fault, RunState end)
    {
        if (fault is not null)
        {
            throw new RunEndedException(end, fault);
        }
    }

    private RunOutcome Outcome(RunState end, double epsilonSpent) =>
        new() { State = end, EpsilonSpent = epsilonSpent, Delta = _state.Delta };

    private void Report(RunStage stage, int done, int total, string unit) => _context.SetCustomStatus(new RunProgress
    {
        Stage = stage,
        Iteration = stage is RunStage.Voting or RunStage.Selecting ? _state.Generation + 1 : _state.Generation,
        Iterations = _state.Iterations,
        Done = done,
        Total = total,
        Unit = unit,
        EpsilonSpent = _state.EpsilonSpent,
    });
}
