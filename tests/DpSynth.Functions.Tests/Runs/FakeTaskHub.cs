using DpSynth.Functions.Announcements;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpSynth.Functions.Tests.Runs;

/// <summary>
/// A task hub that ends activities one after the other, in the order in which they were asked for, and has a worker answer for each shard.
/// </summary>
internal sealed class FakeTaskHub
{
    private readonly List<(string Name, object? Input)> _calls = [];
    private readonly Queue<Action> _pending = new();
    private int _generation;

    public required int Lanes { get; init; }

    public required int GenerationShards { get; init; }

    public int MaxAtOnce { get; private set; }

    public int LongestHistory { get; private set; }

    /// <summary>Shards of the generation at hand that are stored.</summary>
    public int Stored { get; private set; }

    /// <summary>The names of the activities in the order in which they were called.</summary>
    public IEnumerable<string> Calls => _calls.Select(call => call.Name);

    public IEnumerable<T> Of<T>(string name) => _calls.Where(call => call.Name == name).Select(call => (T)call.Input!);

    public async Task<RunOutcome> RunAsync(Func<TaskOrchestrationContext, Task<RunOutcome>> orchestrator, object state)
    {
        for (var executions = 0; executions < 100; executions++)
        {
            // What an execution left waiting is of no use to the next.
            _pending.Clear();
            var context = new Execution(this, state);
            var execution = orchestrator(context);
            while (!execution.IsCompleted)
            {
                MaxAtOnce = Math.Max(MaxAtOnce, _pending.Count);
                _pending.Dequeue()();
            }

            LongestHistory = Math.Max(LongestHistory, context.Events);
            var outcome = await execution;
            if (context.Next is not { } next)
            {
                return outcome;
            }

            state = next;
        }

        throw new InvalidOperationException("The run does not end.");
    }

    public Task<TResult> Call<TResult>(string name, object? input)
    {
        _calls.Add((name, input));
        var call = new TaskCompletionSource<TResult>();
        _pending.Enqueue(() => call.SetResult((TResult)Answer(name, input)!));
        return call.Task;
    }

    public Task<TResult> NextAnswer<TResult>()
    {
        var answer = new TaskCompletionSource<TResult>();
        if (Stored < GenerationShards)
        {
            _pending.Enqueue(() => answer.SetResult((TResult)(object)new GenerationResult("run", _generation, Stored++, Error: null)));
        }

        return answer.Task;
    }

    private object? Answer(string name, object? input)
    {
        switch (name)
        {
            case nameof(RunActivities.DispatchGeneration):
                (Stored, _generation) = (0, ((GenerationInput)input!).Generation);
                return new GenerationShards(GenerationShards, GenerationShards, Stored);
            case nameof(RunActivities.CountStoredShards):
                return new GenerationShards(GenerationShards, GenerationShards, Stored);
            case nameof(AnnouncementActivities.AnnounceRun):
                return new AnnouncedRun(((RunEnding)input!).Outcome, HasWebhook: false);
            default:
                return name switch
                {
                    nameof(RunActivities.PlanRun) => new PlanSummary(null, Lanes),
                    nameof(RunActivities.EmbedLane) or nameof(EvolutionActivities.CountVotes) => new LaneProgress(IsDone: true),
                    nameof(RunActivities.CheckPrivateImages) => new PrivateImagesVerdict(null),
                    nameof(RunActivities.AskWorker) => new WorkerVerdict(CanServe: true),
                    nameof(RunActivities.ReserveBudget) => new ReservationSummary(null, 1e-5, 0),
                    nameof(EvolutionActivities.MeasureHistogram) => new MeasuredHistogram(1, 1, 1),
                    nameof(RunActivities.PublishRun) => new PublishedRun("releases/large/"),
                    nameof(RunActivities.CloseRun) => new ClosedRun(1, 1e-5),
                    _ => null,
                };
        }
    }
}

/// <summary>One execution; every call and every answer leaves an event in its history.</summary>
file sealed class Execution(FakeTaskHub hub, object input) : TaskOrchestrationContext
{
    public object? Next { get; private set; }

    public int Events { get; private set; }

    public override TaskName Name => "any";

    public override string InstanceId => "run";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime => DateTime.UnixEpoch;

    public override bool IsReplaying => false;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public override T GetInput<T>() => (T)input;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Events++;
        return hub.Call<TResult>(name.Name, input);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        if (eventName != RunEvents.GenerationCompleted)
        {
            return new TaskCompletionSource<T>().Task;
        }

        Events++;
        return hub.NextAnswer<T>();
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => new TaskCompletionSource().Task;

    public override void SetCustomStatus(object? customStatus) => Assert.IsType<RunProgress>(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => Next = newInput;

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        throw new NotSupportedException();

    public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

    public override Guid NewGuid() => throw new NotSupportedException();
}
