namespace DpSynth.LocalHost.Durable;

/// <summary>Something for an instance to deal with. Its sender may wait until it has been dealt with durably.</summary>
internal abstract record InstanceMessage
{
    private readonly TaskCompletionSource _dealtWith = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the message's effect is durable.</summary>
    public Task DealtWith => _dealtWith.Task;

    public void Confirm() => _dealtWith.TrySetResult();

    public void Refuse(Exception reason)
    {
        if (_dealtWith.TrySetException(reason))
        {
            _ = _dealtWith.Task.Exception;
        }
    }

    /// <summary>Take a first turn.</summary>
    internal sealed record Begin : InstanceMessage;

    /// <summary>An external event.</summary>
    internal sealed record Event(EventRaised Raised) : InstanceMessage;

    /// <summary>A call of the given execution has ended.</summary>
    internal sealed record CallEnded(int Execution, int Number, Happening Happening) : InstanceMessage;

    /// <summary>The orchestrator continued on somebody else's thread.</summary>
    internal sealed record Intruded(int Execution) : InstanceMessage;

    internal sealed record Terminate(string? Output) : InstanceMessage;

    internal sealed record Suspend : InstanceMessage;

    internal sealed record Resume : InstanceMessage;
}
