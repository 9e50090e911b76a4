namespace DpSynth.Ledgers;

/// <summary>Reads chains that are taken to be whole; the first thing that is wrong ends it.</summary>
internal static class LedgerReader
{
    /// <summary>Reads further lines.</summary>
    /// <param name="state">The chain so far.</param>
    /// <param name="lines">Whole lines.</param>
    /// <param name="watched">A place in the chain; 0 for none.</param>
    /// <returns>The chain afterwards, and the hash of the entry at <paramref name="watched"/> if it was among the lines.</returns>
    /// <exception cref="InvalidDataException">A line is not what can follow; the message says which and why.</exception>
    public static (LedgerState State, string? HashAt) Read(LedgerState state, ReadOnlySpan<byte> lines, long watched)
    {
        string? hashAt = null;
        while (!lines.IsEmpty)
        {
            var length = lines.IndexOf(LedgerLine.End);
            if (length < 0)
            {
                throw Broken(state.Lineage, $"Entry {state.Sequence + 1} was cut off");
            }

            var entry = LedgerLine.Read(lines[..length], out var fault);
            if (entry is null || fault is not null)
            {
                throw Broken(state.Lineage, $"Entry {state.Sequence + 1} {fault}");
            }

            try
            {
                state = state.Apply(entry);
            }
            catch (InvalidDataException exception)
            {
                throw Broken(state.Lineage, exception.Message.TrimEnd('.'));
            }

            hashAt = entry.Sequence == watched ? entry.Hash : hashAt;
            lines = lines[(length + 1)..];
        }

        return (state, hashAt);
    }

    private static InvalidDataException Broken(string lineage, string what) =>
        new($"The ledger of lineage '{lineage}' cannot be used: {char.ToLowerInvariant(what[0])}{what[1..]}. Nothing was written.");
}
