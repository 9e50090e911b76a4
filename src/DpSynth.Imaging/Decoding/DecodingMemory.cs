namespace DpSynth.Imaging.Decoding;

/// <summary>
/// The memory that a process gives to decoding, whatever decodes. An image takes its share before its first pixel is read and waits while others have
/// too much; nobody overtakes, so that a large one has its turn.
/// </summary>
internal static class DecodingMemory
{
    /// <summary>Bytes for all images that are decoded at the same time.</summary>
    internal const long Total = 448L << 20;

    private static readonly Lock _turn = new();
    private static readonly object _change = new();
    private static long _taken;

    /// <summary>Waits for so many bytes; the answer gives them back. More than there are in all are given when nobody else has any.</summary>
    internal static Share Take(long bytes)
    {
        lock (_turn)
        {
            lock (_change)
            {
                while (_taken > 0 && _taken + bytes > Total)
                {
                    Monitor.Wait(_change);
                }

                _taken += bytes;
            }
        }

        return new Share(bytes);
    }

    /// <summary>A part of the memory, taken until it is disposed of.</summary>
    internal readonly struct Share(long bytes) : IDisposable
    {
        public void Dispose()
        {
            lock (_change)
            {
                _taken -= bytes;
                Monitor.PulseAll(_change);
            }
        }
    }
}
