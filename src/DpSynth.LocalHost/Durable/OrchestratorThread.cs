namespace DpSynth.LocalHost.Durable;

/// <summary>
/// The one thread on which an orchestrator's code may run during a turn. Continuations of durable tasks stay on it, in a fixed order;
/// one that comes from elsewhere means that the code awaited something that is not durable.
/// </summary>
/// <param name="onIntruder">Called, on whatever thread, when that has happened; during the turn or long after it.</param>
internal sealed class OrchestratorThread(Action onIntruder) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _work = new();
    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private volatile bool _closed;
    private volatile bool _intruded;

    /// <summary>Whether somebody else's thread has tried to continue the orchestrator.</summary>
    public bool Intruded => _intruded;

    private bool IsCurrent => !_closed && Environment.CurrentManagedThreadId == _threadId;

    /// <summary>The exception that tells the orchestrator's author.</summary>
    public static InvalidOperationException IntruderError(string orchestrator) => new(
        $"The orchestrator '{orchestrator}' continued on a non-orchestrator thread: it may await durable tasks only, which are those "
        + "that its context returns. Move other work into an activity, and use no ConfigureAwait(false).");

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
        {
            _work.Enqueue((d, state));
        }
        else
        {
            Intrude();
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => Post(d, state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Refuses a caller that is not on the orchestrator's thread.</summary>
    public void Require(string orchestrator)
    {
        if (!IsCurrent)
        {
            Intrude();
            throw IntruderError(orchestrator);
        }
    }

    /// <summary>Does the turn on the calling thread.</summary>
    public void Run(Action turn)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            turn();
        }
        finally
        {
            _closed = true;
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs continuations until none is left.</summary>
    public void Drain()
    {
        while (_work.TryDequeue(out var next))
        {
            next.Callback(next.State);
        }
    }

    private void Intrude()
    {
        _intruded = true;
        onIntruder();
    }
}
