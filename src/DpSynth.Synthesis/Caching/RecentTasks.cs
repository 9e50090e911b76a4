namespace DpSynth.Synthesis.Caching;

/// <summary>
/// Keeps the results of the last few distinct keys, each made once however many ask at the same time. Failed ones are made again at
/// the next call. Thread-safe.
/// </summary>
/// <param name="capacity">How many results are kept; the one asked for longest ago goes first.</param>
internal sealed class RecentTasks<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(TKey Key, Task<TValue> Value)> _recent = [];

    /// <summary>The result of <paramref name="key"/>; made by <paramref name="make"/> if it is not kept.</summary>
    /// <remarks>The making has no cancellation: it outlives the caller that asked first, since others may wait for it too.</remarks>
    public Task<TValue> GetAsync(TKey key, Func<Task<TValue>> make, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var node = _recent.First;
            while (node is not null && (!node.Value.Key.Equals(key) || node.Value.Value.IsFaulted || node.Value.Value.IsCanceled))
            {
                node = node.Next;
            }

            if (node is null)
            {
                node = new LinkedListNode<(TKey, Task<TValue>)>((key, Task.Run(make, CancellationToken.None)));
            }
            else
            {
                _recent.Remove(node);
            }

            _recent.AddFirst(node);
            if (_recent.Count > capacity)
            {
                _recent.RemoveLast();
            }

            return node.Value.Value.WaitAsync(cancellationToken);
        }
    }
}
