using DpSynth.Functions.Announcements;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>The steps of one execution of the orchestration. Deterministic: it asks only its context.</summary>
internal sealed class EvolutionRun : IEvolutionSteps
{
    /// <summary>At most this many private shards are worked on at once, so that one large run does not fill the hub.</summary>
    private const int FanOut = 64;

    /// <summary>Most private shards that one execution works on: each leaves two events in its history.</summary>
    private const int ShardsPerExecution = 1000;

    private readonly TaskOrchestrationContext _context;
    private readonly RunInput _input;
    private readonly Task<string> _cancelRequested;
    private EvolutionState _state;

    public EvolutionRun(TaskOrchestrationContext context, EvolutionState state)
    {
        _context = context;
        _state = state;
        _input = new RunInput(state.RunId);
        _cancelRequested = context.WaitForExternalEvent<string>(RunEvents.CancelRequested);
        if (state.Progress is { } progress)
        {
            context.SetCustomStatus(progress);
        }
    }

    /// <summary>
    /// Plans the run, embeds the private images, asks a worker whether it can serve the run, and settles the budget; then goes on to generation 0.
    /// </summary>
    public async Task<RunOutcome> PrepareAsync()
    {
        if (_state.Step != EvolutionStep.Check && !await AreImagesReadyAsync())
        {
            return ContinueWith(_state);
        }

        EndIfCancelled();
        if (_state.ChecksWorkers && !await CanWorkersServeAsync())
        {
            return ContinueWith(_state);
        }

        EndIfCancelled();
        Report(RunStage.Settling, 0, 1, "steps");
        var settled = await _context.CallActivityAsync<SettlementSummary>(nameof(RunActivities.SettleRun), _input, ActivityRetry.Step);
        EndIf(settled.Refusal, RunState.Refused);
        return ContinueWith(_state with
        {
            Step = EvolutionStep.Generate,
            LastArrival = null,
            ShardsDone = 0,
            Delta = settled.Delta,
            EpsilonSpent = settled.EpsilonSpent,
        });
    }

    private async Task<bool> AreImagesReadyAsync()
    {
        if (_state.Step == EvolutionStep.Plan)
        {
            Report(RunStage.Planning, 0, 1, "steps");
            var plan = await _context.CallActivityAsync<PlanSummary>(nameof(RunActivities.PlanRun), _input, ActivityRetry.Step);
            EndIf(plan.Refusal, RunState.Refused);
            EndIf(plan.SchemaVersion == RunPlan.KnownSchemaVersion ? null : UnknownPlan.Describe(plan.SchemaVersion), RunState.Failed);
            _state = _state with { Step = EvolutionStep.Embed, PrivateShards = plan.PrivateShards, PlanVersion = plan.SchemaVersion, ChecksWorkers = plan.ChecksWorkers };
        }

        await ForEachShardAsync(
            RunStage.Embedding,
            shard => _context.CallActivityAsync(nameof(RunActivities.EmbedPrivateShard), new PrivateShardInput(_state.RunId, shard), ActivityRetry.Step));
        if (_state.ShardsDone < _state.PrivateShards)
        {
            return false;
        }

        var verdict = await _context.CallActivityAsync<PrivateImagesVerdict>(nameof(RunActivities.CheckPrivateImages), _input, ActivityRetry.Step);
        EndIf(verdict.Fault, RunState.Refused);
        return true;
    }

    /// <summary>Asks only now: a worker that has started for the answer is still there for the first generation.</summary>
    private Task<bool> CanWorkersServeAsync() => AreStoredAsync(WorkerCheck.Generation, EvolutionStep.Check, RunStage.Settling, "steps");

    /// <summary>Has one generation made; lets the private images vote on it, or publishes it if it is the last.</summary>
    public async Task<RunOutcome> EvolveAsync()
    {
        if (!await Evolution.AdvanceAsync(this, _state.Generation, _state.Iterations))
        {
            return ContinueWith(_state);
        }

        return _state.Generation == _state.Iterations
            ? await PublishAsync()
            : ContinueWith(_state with { Step = EvolutionStep.Generate, ShardsDone = 0, Generation = _state.Generation + 1 });
    }

    async Task<bool> IEvolutionSteps.MakeAsync(int generation) =>
        _state.Step == EvolutionStep.Vote || await AreStoredAsync(generation, EvolutionStep.Await, RunStage.Generating, "candidates");

    async Task<bool> IEvolutionSteps.VoteAsync(int iteration)
    {
        _state = _state with { Step = EvolutionStep.Vote, LastArrival = null };
        await ForEachShardAsync(
            RunStage.Voting,
            shard => _context.CallActivityAsync(nameof(EvolutionActivities.CountVotes), new VoteInput(_state.RunId, iteration, shard), ActivityRetry.Step));
        return _state.ShardsDone == _state.PrivateShards;
    }

    async Task IEvolutionSteps.ReleaseAsync(int iteration)
    {
        Report(RunStage.Selecting, 0, 1, "steps");
        var released = await _context.CallActivityAsync<ReleasedHistogram>(
            nameof(EvolutionActivities.ReleaseHistogram), new IterationInput(_state.RunId, iteration), ActivityRetry.Step);
        _state = _state with { EpsilonSpent = released.EpsilonSpent };
    }

    Task IEvolutionSteps.SelectAsync(int iteration) =>
        _context.CallActivityAsync(nameof(EvolutionActivities.SelectSurvivors), new IterationInput(_state.RunId, iteration), ActivityRetry.Step);

    /// <summary>Ends the run before its time.</summary>
    public async Task<RunOutcome> EndAsync(RunState end, string reason)
    {
        var closed = await _context.CallActivityAsync<ClosedRun>(nameof(RunActivities.CloseRun), _input, ActivityRetry.End);
        return await AnnounceAsync(Outcome(end, closed) with { Reason = reason });
    }

    private async Task<RunOutcome> PublishAsync()
    {
        Report(RunStage.Publishing, 0, 2, "steps");
        await ScoreAsync();
        Report(RunStage.Publishing, 1, 2, "steps");
        var published = await _context.CallActivityAsync<PublishedRun>(nameof(RunActivities.PublishRun), _input, ActivityRetry.Step);
        var closed = await _context.CallActivityAsync<ClosedRun>(nameof(RunActivities.CloseRun), _input, ActivityRetry.End);
        return await AnnounceAsync(Outcome(RunState.Succeeded, closed) with { Release = published.Location });
    }

    /// <summary>A release that is paid for is published, with its scores or without.</summary>
    private async Task ScoreAsync()
    {
        try
        {
            await _context.CallActivityAsync(nameof(RunActivities.ScoreRelease), _input, ActivityRetry.Step);
        }
        catch (TaskFailedException)
        {
            // The manifest says that they are missing; the host has logged why.
        }
    }

    /// <summary>Records how the run ended and tells the world. From the record on, the run is over for everybody who asks.</summary>
    private async Task<RunOutcome> AnnounceAsync(RunOutcome outcome)
    {
        var announced = await _context.CallActivityAsync<AnnouncedRun>(
            nameof(AnnouncementActivities.AnnounceRun), new RunEnding(_state.RunId, outcome), ActivityRetry.End);
        if (announced.HasWebhook)
        {
            try
            {
                await _context.CallActivityAsync(nameof(WebhookActivities.CallWebhook), _input, ActivityRetry.Webhook);
            }
            catch (TaskFailedException)
            {
                // The activity has logged it. How the run ended does not depend on whether its receiver listens.
            }
        }

        return announced.Outcome;
    }

    /// <summary>Asks workers for shards, unless an earlier execution has and waits for them, and waits.</summary>
    private async Task<bool> AreStoredAsync(int generation, EvolutionStep waiting, RunStage stage, string unit)
    {
        var input = new IterationInput(_state.RunId, generation);
        var known = await _context.CallActivityAsync<GenerationShards>(
            _state.Step == waiting ? nameof(EvolutionActivities.CountStoredShards) : nameof(EvolutionActivities.DispatchGeneration), input, ActivityRetry.Step);
        var wait = new GenerationWait(_context, input, _cancelRequested);
        var areStored = await wait.UntilStoredAsync(known, _state.LastArrival, (done, total) => Report(stage, done, total, unit));
        _state = _state with { Step = waiting, LastArrival = wait.LastArrival };
        return areStored;
    }

    /// <summary>
    /// Runs an activity for the private shards that are left, a bounded number at a time and in all, reports as they end, and counts
    /// them as done.
    /// </summary>
    private async Task ForEachShardAsync(RunStage stage, Func<int, Task> start)
    {
        Report(stage, _state.ShardsDone, _state.PrivateShards, "shards");
        var end = Math.Min(_state.PrivateShards, _state.ShardsDone + ShardsPerExecution);
        var running = new List<Task>();
        var started = _state.ShardsDone;
        var done = started;
        while (done < end)
        {
            EndIfCancelled();
            while (started < end && running.Count < FanOut)
            {
                running.Add(start(started++));
            }

            var ended = await Task.WhenAny([.. running, _cancelRequested]);
            if (running.Remove(ended))
            {
                await ended;
                Report(stage, ++done, _state.PrivateShards, "shards");
            }
        }

        EndIfCancelled();
        _state = _state with { ShardsDone = end };
    }

    private RunOutcome ContinueWith(EvolutionState next)
    {
        EndIfCancelled();
        _context.ContinueAsNew(next with { Progress = _state.Progress });
        return new RunOutcome { State = RunState.Running, EpsilonSpent = next.EpsilonSpent, Delta = next.Delta };
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

    private RunOutcome Outcome(RunState end, ClosedRun closed) =>
        new() { State = end, EpsilonSpent = Math.Max(closed.EpsilonSpent, _state.EpsilonSpent), Delta = closed.Delta ?? _state.Delta };

    private void Report(RunStage stage, int done, int total, string unit)
    {
        var progress = new RunProgress
        {
            Stage = stage,
            Iteration = stage is RunStage.Voting or RunStage.Selecting ? _state.Generation + 1 : _state.Generation,
            Iterations = _state.Iterations,
            Done = done,
            Total = total,
            Unit = unit,
            EpsilonSpent = _state.EpsilonSpent,
        };
        _state = _state with { Progress = progress };
        _context.SetCustomStatus(progress);
    }
}
