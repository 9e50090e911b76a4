using DpSynth.Functions.Announcements;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.Orchestration;

/// <summary>What a method does in a run, as its orchestrator sees it.</summary>
internal interface IMethodWork
{
    /// <summary>Goes on with the method's work.</summary>
    /// <returns>Whether all of it is done.</returns>
    Task<bool> AdvanceAsync();

    /// <summary>The orchestration's state from which the next execution goes on.</summary>
    object StateAt(RunCursor cursor);
}

/// <summary>
/// The life of a run as one execution of its orchestration lives it, the same for all methods: plan, embed, check, reserve, the method's work,
/// publish; or an end before its time. Deterministic: it asks only its context.
/// </summary>
internal sealed class RunLife
{
    /// <summary>At most this many lanes are worked on at once, so that one large run does not fill the hub.</summary>
    private const int FanOut = 64;

    /// <summary>Most calls of lanes that one execution makes: each leaves two events in its history.</summary>
    private const int CallsPerExecution = 1000;

    private readonly TaskOrchestrationContext _context;
    private readonly RunInput _input;
    private readonly Task<string> _cancelRequested;

    /// <summary>Takes a run up where the execution before has left it.</summary>
    public RunLife(TaskOrchestrationContext context, RunCursor cursor)
    {
        (_context, Cursor, _input) = (context, cursor, new RunInput(cursor.RunId));
        _cancelRequested = context.WaitForExternalEvent<string>(RunEvents.CancelRequested);
        if (cursor.Progress is { } progress)
        {
            context.SetCustomStatus(progress);
        }
    }

    /// <summary>How far the run is.</summary>
    public RunCursor Cursor { get; private set; }

    /// <summary>Lives one execution.</summary>
    public async Task<RunOutcome> LiveAsync(IMethodWork work)
    {
        try
        {
            if (Cursor.PlanVersion is { } version and not RunPlan.KnownSchemaVersion)
            {
                throw new RunEndedException(RunState.Failed, UnknownPlan.Refusal(version));
            }

            while (await TakeAsync(Cursor.Step, work))
            {
                var (next, isNewExecution) = After(Cursor.Step);
                Cursor = Cursor with { Step = next, LanesDone = 0, LastArrival = null };
                if (isNewExecution)
                {
                    break;
                }
            }

            return Cursor.Step == RunStep.Publish ? await PublishAsync() : ContinueWith(work);
        }
        catch (RunEndedException ended)
        {
            return await EndAsync(ended.State, ended.Refusal);
        }
        catch (TaskFailedException failed)
        {
            return await EndAsync(RunState.Failed, failed.FailureDetails.ErrorMessage == Refusal.Changed.Sentence ? Refusal.Changed : Refusal.StepFailed);
        }
    }

    /// <summary>The table of transitions: what comes after a step that is through, and whether a new execution begins with it.</summary>
    internal static (RunStep Next, bool IsNewExecution) After(RunStep step) => step switch
    {
        RunStep.Plan => (RunStep.Embed, false),
        RunStep.Embed => (RunStep.Check, false),
        RunStep.Check => (RunStep.Reserve, false),
        RunStep.Reserve => (RunStep.Work, true),
        RunStep.Work => (RunStep.Publish, false),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Nothing comes after the last step."),
    };

    /// <summary>Takes a step, or as much of it as one execution can.</summary>
    /// <returns>Whether it is through.</returns>
    private Task<bool> TakeAsync(RunStep step, IMethodWork work) => step switch
    {
        RunStep.Plan => PlanAsync(),
        RunStep.Embed => EmbedAsync(),
        RunStep.Check => CheckAsync(),
        RunStep.Reserve => ReserveAsync(),
        RunStep.Work => work.AdvanceAsync(),
        _ => Task.FromResult(false),
    };

    private async Task<bool> PlanAsync()
    {
        Report(RunStage.Planning, 0, 1, "steps");
        var plan = await CallAsync<PlanSummary>(nameof(RunActivities.PlanRun), _input);
        EndIf(plan.Refusal, RunState.Refused);
        EndIf(plan.SchemaVersion == RunPlan.KnownSchemaVersion ? null : UnknownPlan.Refusal(plan.SchemaVersion), RunState.Failed);
        Cursor = Cursor with { Lanes = plan.Lanes, PlanVersion = plan.SchemaVersion };
        return true;
    }

    private async Task<bool> EmbedAsync()
    {
        if (!await ForEachLaneAsync(RunStage.Embedding, nameof(RunActivities.EmbedLane), lane => new LaneInput(Cursor.RunId, lane)))
        {
            return false;
        }

        var verdict = await CallAsync<PrivateImagesVerdict>(nameof(RunActivities.CheckPrivateImages), _input);
        EndIf(verdict.Refusal, RunState.Refused);
        EndIfCancelled();
        return true;
    }

    private async Task<bool> CheckAsync()
    {
        async Task<GenerationShards> CallCheckAsync(string activity) =>
            new(Shards: 1, Candidates: 1, Stored: (await CallAsync<WorkerVerdict>(activity, _input)).CanServe ? 1 : 0);
        var isThere = await WaitAsync(
            new WorkerWait<CheckResult>(_context, RunEvents.WorkerChecked, _cancelRequested)
            {
                Look = () => CallCheckAsync(nameof(RunActivities.HasWorkerAnswered)),
                Take = answer => answer.Error is null
                    ? 1
                    : throw new RunEndedException(RunState.Failed, WorkerRefusal.CannotServe(answer.Error)),
                Lateness = hours => $"No worker answered for {hours:0} hours whether it can serve the run; see that workers run and take 'generation-jobs'.",
            },
            () => CallCheckAsync(nameof(RunActivities.AskWorker)),
            RunStage.Reserving,
            "steps");
        EndIfCancelled();
        return isThere;
    }

    private async Task<bool> ReserveAsync()
    {
        Report(RunStage.Reserving, 0, 1, "steps");
        var reserved = await CallAsync<ReservationSummary>(nameof(RunActivities.ReserveBudget), _input);
        EndIf(reserved.Refusal, RunState.Refused);
        Cursor = Cursor with { Delta = reserved.Delta, EpsilonSpent = reserved.EpsilonSpent };
        return true;
    }

    /// <summary>Has workers make a generation, unless an earlier execution waits for it already, and waits.</summary>
    /// <returns>Whether all of it is there.</returns>
    public Task<bool> GenerateAsync(int generation)
    {
        var input = new GenerationInput(Cursor.RunId, generation);
        return WaitAsync(
            new WorkerWait<GenerationResult>(_context, RunEvents.GenerationCompleted, _cancelRequested)
            {
                Look = () => CallAsync<GenerationShards>(nameof(RunActivities.CountStoredShards), input),
                Take = answer => answer.Generation != generation ? 0
                    : answer.Error is null ? 1
                    : throw new RunEndedException(RunState.Failed, WorkerRefusal.CannotMake(answer.Shard, generation, answer.Error)),
                Lateness =
                    hours => $"No worker stored anything of generation {generation} for {hours:0} hours; see that workers run and take 'generation-jobs'.",
            },
            () => CallAsync<GenerationShards>(nameof(RunActivities.DispatchGeneration), input),
            RunStage.Generating,
            "candidates",
            generation);
    }

    /// <summary>Calls an activity that is tried again as steps are.</summary>
    public Task<T> CallAsync<T>(string activity, object input) => _context.CallActivityAsync<T>(activity, input, ActivityRetry.Step);

    /// <summary>
    /// Runs an activity for the lanes that are left, a bounded number at a time and in all, again for each that is not through, reports as they
    /// end, and counts them as done.
    /// </summary>
    /// <returns>Whether all lanes are done.</returns>
    public async Task<bool> ForEachLaneAsync(RunStage stage, string activity, Func<int, object> input, int iteration = 0)
    {
        Report(stage, Cursor.LanesDone, Cursor.Lanes, "parts", iteration);
        var waiting = new Queue<int>(Enumerable.Range(Cursor.LanesDone, Math.Min(CallsPerExecution, Cursor.Lanes - Cursor.LanesDone)));
        var running = new Dictionary<Task<LaneProgress>, int>();
        var (done, calls) = (Cursor.LanesDone, 0);
        while (waiting.Count > 0 || running.Count > 0)
        {
            EndIfCancelled();
            while (waiting.Count > 0 && running.Count < FanOut)
            {
                var lane = waiting.Dequeue();
                running.Add(CallAsync<LaneProgress>(activity, input(lane)), lane);
                calls++;
            }

            var ended = await Task.WhenAny([.. running.Keys, _cancelRequested]);
            if (ended is Task<LaneProgress> call && running.Remove(call, out var called))
            {
                if ((await call).IsDone)
                {
                    Report(stage, ++done, Cursor.Lanes, "parts", iteration);
                }
                else if (calls < CallsPerExecution)
                {
                    waiting.Enqueue(called);
                }
            }
        }

        EndIfCancelled();
        Cursor = Cursor with { LanesDone = done };
        return done == Cursor.Lanes;
    }

    /// <summary>Begins a step of the method's own work anew: nothing of it is done.</summary>
    public void BeginStep() => Cursor = Cursor with { LanesDone = 0, LastArrival = null };

    /// <summary>Takes down what the run has spent.</summary>
    public void Spent(double epsilon) => Cursor = Cursor with { EpsilonSpent = epsilon };

    /// <summary>Shows how far the run is.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="done">Units of it that are done.</param>
    /// <param name="total">Units of it in all.</param>
    /// <param name="unit">What a unit is.</param>
    /// <param name="iteration">Generation or iteration at work.</param>
    public void Report(RunStage stage, int done, int total, string unit, int iteration = 0)
    {
        var progress = new RunProgress
        {
            Stage = stage,
            Iteration = iteration,
            Iterations = Cursor.Iterations,
            Done = done,
            Total = total,
            Unit = unit,
            EpsilonSpent = Cursor.EpsilonSpent,
        };
        Cursor = Cursor with { Progress = progress };
        _context.SetCustomStatus(progress);
    }

    private async Task<bool> WaitAsync<T>(WorkerWait<T> wait, Func<Task<GenerationShards>> ask, RunStage stage, string unit, int generation = 0)
        where T : WorkerAnswer
    {
        var known = Cursor.LastArrival is null ? await ask() : await wait.Look();
        var isThere = await wait.UntilStoredAsync(known, Cursor.LastArrival, (done, total) => Report(stage, done, total, unit, generation));
        Cursor = Cursor with { LastArrival = isThere ? null : wait.LastArrival };
        return isThere;
    }

    private async Task<RunOutcome> PublishAsync()
    {
        EndIfCancelled();
        Report(RunStage.Publishing, 0, 2, "steps", Cursor.Iterations);
        await ScoreAsync();
        Report(RunStage.Publishing, 1, 2, "steps", Cursor.Iterations);
        var published = await CallAsync<PublishedRun>(nameof(RunActivities.PublishRun), _input);
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

    /// <summary>Ends the run before its time.</summary>
    private async Task<RunOutcome> EndAsync(RunState end, Refusal refusal)
    {
        var closed = await _context.CallActivityAsync<ClosedRun>(nameof(RunActivities.CloseRun), _input, ActivityRetry.End);
        return await AnnounceAsync(Outcome(end, closed) with { Code = refusal.Code, Reason = refusal.Sentence });
    }

    /// <summary>Records how the run ended and tells the world. From the record on, the run is over for everybody who asks.</summary>
    private async Task<RunOutcome> AnnounceAsync(RunOutcome outcome)
    {
        var announced = await _context.CallActivityAsync<AnnouncedRun>(
            nameof(AnnouncementActivities.AnnounceRun), new RunEnding(Cursor.RunId, outcome), ActivityRetry.End);
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

    private RunOutcome ContinueWith(IMethodWork work)
    {
        EndIfCancelled();
        _context.ContinueAsNew(work.StateAt(Cursor));
        return new RunOutcome { State = RunState.Running, EpsilonSpent = Cursor.EpsilonSpent, Delta = Cursor.Delta };
    }

    private void EndIfCancelled()
    {
        if (_cancelRequested.IsCompleted)
        {
            throw new RunEndedException(RunState.Cancelled, RunEndedException.Cancelled);
        }
    }

    private static void EndIf(Refusal? refusal, RunState end)
    {
        if (refusal is not null)
        {
            throw new RunEndedException(end, refusal);
        }
    }

    private RunOutcome Outcome(RunState end, ClosedRun closed) =>
        new() { State = end, EpsilonSpent = Math.Max(closed.EpsilonSpent, Cursor.EpsilonSpent), Delta = closed.Delta ?? Cursor.Delta };
}
