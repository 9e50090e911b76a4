using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// Who waits for which external event. Waiters of one name form a stack, the newest is served first; a cancelled waiter stays on it
/// and swallows the event that reaches it. Events that nobody waits for are kept in order of arrival. Names ignore case.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, Stack<IWaiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<EventRaised> _buffered = [];

    private interface IWaiter
    {
        Type PayloadType { get; }

        bool IsCancelled { get; }

        void Serve(string? payload);
    }

    /// <summary>Events that arrived and were not waited for.</summary>
    public IReadOnlyList<EventRaised> Buffered => _buffered;

    /// <summary>Whether an event could still move the orchestrator on.</summary>
    public bool AnybodyWaits => _waiters.Values.Any(stack => stack.Any(waiter => !waiter.IsCancelled));

    public Task<T> WaitAsync<T>(string name, CancellationToken cancellationToken)
    {
        if (!_waiters.TryGetValue(name, out var stack))
        {
            _waiters.Add(name, stack = new Stack<IWaiter>());
        }

        if (stack.TryPeek(out var newest) && newest.PayloadType != typeof(T))
        {
            throw new ArgumentException(
                $"The event '{name}' is already waited for as {newest.PayloadType}; all waiters of an event must ask for the same type, not {typeof(T)}.");
        }

        var waiter = new Waiter<T>(converter, cancellationToken);
        stack.Push(waiter);
        if (_buffered.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase)) is var at and >= 0)
        {
            var raised = _buffered[at];
            _buffered.RemoveAt(at);
            Raise(raised);
        }

        return waiter.Task;
    }

    public void Raise(EventRaised raised)
    {
        if (_waiters.TryGetValue(raised.Name, out var stack) && stack.TryPop(out var waiter))
        {
            waiter.Serve(raised.Payload);
        }
        else
        {
            _buffered.Add(raised);
        }
    }

    private sealed class Waiter<T> : IWaiter
    {
        private readonly DataConverter _converter;
        private readonly TaskCompletionSource<T> _source = new();

        public Waiter(DataConverter converter, CancellationToken cancellationToken)
        {
            _converter = converter;
            cancellationToken.Register(() => _source.TrySetCanceled(cancellationToken));
        }

        public Task<T> Task => _source.Task;

        public Type PayloadType => typeof(T);

        public bool IsCancelled => _source.Task.IsCanceled;

        public void Serve(string? payload)
        {
            if (IsCancelled)
            {
                return;
            }

            T value;
            try
            {
                value = _converter.Deserialize<T>(payload)!;
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or NotSupportedException)
            {
                _source.TrySetException(e);
                return;
            }

            _source.TrySetResult(value);
        }
    }
}
