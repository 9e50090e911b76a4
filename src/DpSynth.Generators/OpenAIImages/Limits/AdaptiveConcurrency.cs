namespace DpSynth.Generators.OpenAIImages.Limits;

/// <summary>
/// How many requests of a worker are under way at once: one more whenever as many as now went well, half as many when the service says that
/// there are too many (additive increase, multiplicative decrease; Chiu and Jain 1989). Until the first such word the number doubles each
/// round, as in TCP's slow start (RFC 5681). Thread-safe.
/// </summary>
/// <param name="initial">Requests at the start.</param>
/// <param name="most">Requests at most.</param>
/// <param name="time">The clock.</param>
internal sealed class AdaptiveConcurrency(int initial, int most, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<long>> _waiting = new();
    private double _limit = initial;
    private bool _isSearching = true;
    private long _lastDecrease = long.MinValue;
    private int _entered;

    /// <summary>Requests allowed at once now.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
            {
                return (int)_limit;
            }
        }
    }

    /// <summary>Waits for a place; every place entered is to be left.</summary>
    /// <returns>When it was entered, for <see cref="Slow"/>.</returns>
    public async Task<long> EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<long>> node;
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_entered < (int)_limit && _waiting.Count == 0)
            {
                _entered++;
                return time.GetTimestamp();
            }

            node = _waiting.AddLast(new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var registration = cancellationToken.Register(() =>
        {
            lock (_gate)
            {
                if (node.List is null)
                {
                    return;
                }

                _waiting.Remove(node);
            }

            node.Value.SetCanceled(cancellationToken);
        });
        return await node.Value.Task;
    }

    /// <summary>Leaves a place.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _entered--;
            Admit();
        }
    }

    /// <summary>A request went well. The limit grows only while it is what requests wait for.</summary>
    public void Grow()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            _limit = Math.Min(most, _limit + (_isSearching ? 1 : 1 / _limit));
            Admit();
        }
    }

    /// <summary>A request was turned away as one too many. Those that began before the last decrease say nothing new.</summary>
    /// <param name="began">When it was sent.</param>
    public void Slow(long began)
    {
        lock (_gate)
        {
            if (began < _lastDecrease)
            {
                return;
            }

            _isSearching = false;
            _limit = Math.Max(1, _limit / 2);
            _lastDecrease = time.GetTimestamp();
        }
    }

    private void Admit()
    {
        while (_entered < (int)_limit && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _entered++;
            first.Value.SetResult(time.GetTimestamp());
        }
    }
}
