using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// What an orchestrator sees during one turn: calls that the journal holds are compared with it and answered from it, calls beyond its
/// end are new.
/// </summary>
internal sealed class JournalOrchestrationContext(
    InstanceRecord instance,
    string? input,
    IReadOnlyList<Call> journaled,
    OrchestratorThread thread,
    DataConverter converter,
    ILoggerFactory loggerFactory) : TaskOrchestrationContext
{
    private readonly SortedDictionary<int, (Call Call, TaskCompletionSource<string?> Source)> _open = [];
    private readonly List<Call> _new = [];
    private readonly ExternalEvents _events = new(converter);
    private int _calls;
    private int _guids;
    private DateTime _now;
    private bool _replaying = true;

    public override TaskName Name => instance.Name;

    public override string InstanceId => instance.InstanceId;

    public override ParentOrchestrationInstance? Parent =>
        instance.Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _replaying;

    /// <summary>Calls that the journal does not hold yet.</summary>
    public IReadOnlyList<Call> NewCalls => _new;

    /// <summary>All calls that have neither ended nor been cancelled.</summary>
    public IEnumerable<Call> OpenCalls => _open.Values.Select(open => open.Call);

    /// <summary>Whether anything that is durable could still move the orchestrator on.</summary>
    public bool CanMoveOn => _open.Count > 0 || _events.AnybodyWaits;

    /// <summary>The first departure from the journal, if there was one.</summary>
    public NonDeterministicOrchestrationException? Departure { get; private set; }

    /// <summary>How the orchestrator asked to go on, if it did.</summary>
    public Continuation? Continuation { get; private set; }

    /// <summary>The serialized custom status, if this execution set one.</summary>
    public (bool Set, string? Value) CustomStatus { get; private set; }

    /// <summary>Events that nobody has waited for.</summary>
    public IReadOnlyList<EventRaised> BufferedEvents => _events.Buffered;

    protected override ILoggerFactory LoggerFactory => loggerFactory;

    /// <summary>Sets the clock, which never goes back.</summary>
    public void BeginHappening(DateTime at, bool replaying)
    {
        _now = at > _now ? at : _now;
        _replaying = replaying;
    }

    /// <summary>Hands a happening to whoever waits for it.</summary>
    public void Deliver(Happening happening)
    {
        switch (happening)
        {
            case CallCompleted done when _open.Remove(done.Number, out var open):
                open.Source.TrySetResult(done.Result);
                break;
            case CallFailed failed when _open.Remove(failed.Number, out var open):
                var name = open.Call is SubOrchestrationCall child ? child.Name : ((ActivityCall)open.Call).Name;
                open.Source.TrySetException(new TaskFailedException(name, failed.Number, failed.Failure));
                break;
            case EventRaised raised:
                _events.Raise(raised);
                break;
        }
    }

    /// <summary>Checks at the turn's end that the code made every call that the journal holds.</summary>
    public void RequireAllJournaledCalls()
    {
        if (_calls < journaled.Count)
        {
            Departure ??= new NonDeterministicOrchestrationException(instance.Name, journaled[_calls], null);
        }
    }

    public override T? GetInput<T>()
        where T : default => converter.Deserialize<T>(input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException(
                "Task options were passed as the activity's input: name the argument 'options', or pass an input before them.", nameof(input));
        }

        var data = converter.Serialize(input);
        return CallAsync<TResult>(() => Schedule(number => new ActivityCall(number, name, data)), options?.Retry);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        var data = converter.Serialize(input);
        var id = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        return CallAsync<TResult>(
            () => Schedule(number => new SubOrchestrationCall(number, orchestratorName, data, id)), options?.Retry);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var utc = fireAt.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(fireAt, DateTimeKind.Utc) : fireAt.ToUniversalTime();
        var timer = Schedule(number => new TimerCall(number, utc));
        var mine = _calls;
        cancellationToken.Register(() =>
        {
            if (_open.Remove(mine, out var open))
            {
                open.Source.TrySetCanceled(cancellationToken);
            }
        });
        return timer;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        thread.Require(instance.Name);
        return _events.WaitAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        var data = converter.Serialize(payload);
        _ = Schedule(number => new SendEventCall(number, instanceId, eventName, data));
    }

    public override void SetCustomStatus(object? customStatus) => CustomStatus = (true, converter.Serialize(customStatus));

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        thread.Require(instance.Name);
        Continuation = new Continuation(converter.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override Guid NewGuid() => DeterministicGuid.Create(InstanceId, CurrentUtcDateTime, _guids++);

    private Task<string?> Schedule(Func<int, Call> make)
    {
        thread.Require(instance.Name);
        var call = make(++_calls);
        if (call.Number > journaled.Count)
        {
            _new.Add(call);
        }
        else if (journaled[call.Number - 1] is var recorded && recorded != call)
        {
            Departure ??= new NonDeterministicOrchestrationException(instance.Name, recorded, call);
            throw Departure;
        }

        var source = new TaskCompletionSource<string?>();
        _open.Add(call.Number, (call, source));
        return source.Task;
    }

    private async Task<TResult> CallAsync<TResult>(Func<Task<string?>> schedule, TaskRetryOptions? retry)
    {
        var data = retry is null ? await schedule() : await new CallRetry(this, retry).RunAsync(schedule);
        return converter.Deserialize<TResult>(data)!;
    }
}

/// <summary>How an execution is followed by the next.</summary>
internal sealed record Continuation(string? Input, bool PreserveUnprocessedEvents);
