namespace DpSynth.Synthesis.Runs;

/// <summary>
/// The memory that a process gives to the private images that it reads: shards of small ones are read several at once, and those of large ones after
/// each other.
/// </summary>
internal static class ShardMemory
{
    private const long UnitBytes = 16L << 20;

    /// <summary>What a shard has in memory at most, however long it is: what is read ahead, a block with a large image at its end, decoded blocks.</summary>
    private const int MostUnits = 12;

    private static readonly SemaphoreSlim _turn = new(1, 1);
    private static readonly SemaphoreSlim _free = new(MostUnits, MostUnits);

    /// <summary>Waits for the memory of a shard of so many bytes; the answer gives it back.</summary>
    internal static async Task<IDisposable> TakeAsync(long? length, CancellationToken cancellationToken)
    {
        // Three blocks of decoded images beside the encoded ones.
        var units = (int)Math.Min(3 + ((length ?? long.MaxValue) / UnitBytes), MostUnits);
        var taken = 0;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (; taken < units; taken++)
            {
                await _free.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Release(taken);
            throw;
        }
        finally
        {
            _turn.Release();
        }

        return new Share(units);
    }

    private static void Release(int units)
    {
        if (units > 0)
        {
            _free.Release(units);
        }
    }

    private sealed class Share(int units) : IDisposable
    {
        public void Dispose() => Release(units);
    }
}
