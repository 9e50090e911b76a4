using DurableTask.Core;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// The one thread on which an orchestrator's code may run while the engine lets it take a turn. Continuations that come from elsewhere mean
/// that the code awaited something that is not durable: the engine itself would drop them, or run them where nobody looks.
/// </summary>
internal sealed class OrchestratorTurn(string orchestrator)
{
    private readonly List<Task> _durable = [];
    private volatile int _threadId;
    private volatile bool _intruded;

    /// <summary>Called once, on whatever thread, if somebody else's thread tries to continue the orchestrator between turns.</summary>
    public Action OnIntruder { get; set; } = static () => { };

    /// <summary>What is wrong with the code, if anything; its message is for the orchestrator's author.</summary>
    public InvalidOperationException? Fault(Task execution)
    {
        _durable.RemoveAll(task => task.IsCompleted);
        return _intruded || (!execution.IsCompleted && _durable.Count == 0) ? Error() : null;
    }

    /// <summary>Opens a turn on the calling thread, until the result is disposed of.</summary>
    public TurnOnThread Open()
    {
        _threadId = Environment.CurrentManagedThreadId;
        return new TurnOnThread(this);
    }

    /// <summary>Notes something that the orchestrator can wait for.</summary>
    public T Track<T>(T task)
        where T : Task
    {
        _durable.Add(task);
        return task;
    }

    /// <summary>Refuses a caller that is not on the orchestrator's thread.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public void Require()
    {
        if (!IsOnThread())
        {
            Intrude();
            throw Error();
        }
    }

    /// <summary>The engine's context for continuations, closed to other threads.</summary>
    public SynchronizationContext Guard(SynchronizationContext inner) => new GuardedContext(this, inner);

    private bool IsOnThread() => _threadId == Environment.CurrentManagedThreadId && OrchestrationContext.IsOrchestratorThread;

    private InvalidOperationException Error() => new(
        $"The orchestrator '{orchestrator}' continued on a non-orchestrator thread: it may await durable tasks only, which are those "
        + "that its context returns. Move other work into an activity, and use no ConfigureAwait(false).");

    private void Intrude()
    {
        if (!_intruded)
        {
            _intruded = true;
            OnIntruder();
        }
    }

    /// <summary>An open turn.</summary>
    internal readonly struct TurnOnThread(OrchestratorTurn turn) : IDisposable
    {
        public void Dispose() => turn._threadId = 0;
    }

    private sealed class GuardedContext(OrchestratorTurn turn, SynchronizationContext inner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            if (!turn.IsOnThread())
            {
                turn.Intrude();
                return;
            }

            inner.Post(
                callbackState =>
                {
                    // What the continuation awaits must come back through here as well.
                    var before = Current;
                    SetSynchronizationContext(this);
                    try
                    {
                        d(callbackState);
                    }
                    finally
                    {
                        SetSynchronizationContext(before);
                    }
                },
                state);
        }

        public override void Send(SendOrPostCallback d, object? state) => Post(d, state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
