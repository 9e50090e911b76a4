using System.Collections.Concurrent;

namespace DpSynth.Testing.InMemory;

/// <summary>Takes out of a dictionary what has certain keys.</summary>
internal static class Removal
{
    public static void RemoveWhere<TKey, TValue>(this ConcurrentDictionary<TKey, TValue> entries, Func<TKey, bool> isGoing)
        where TKey : notnull
    {
        foreach (var key in entries.Keys.Where(isGoing))
        {
            entries.TryRemove(key, out _);
        }
    }
}
