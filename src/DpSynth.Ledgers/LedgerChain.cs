namespace DpSynth.Ledgers;

/// <summary>Sets entries at the end of a chain.</summary>
public static class LedgerChain
{
    /// <summary>
    /// How far a clock may lie behind the last entry: clocks of different machines differ, and are set back by seconds. Such an entry
    /// gets the last one's time. Beyond this the clock is wrong, and nothing is written.
    /// </summary>
    public static TimeSpan ClockTolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Gives a draft its place, time, totals and hashes.</summary>
    /// <param name="state">The chain so far.</param>
    /// <param name="draft">What to record, from <see cref="LedgerRules"/>.</param>
    /// <param name="now">What the clock says.</param>
    /// <param name="accountant">Composes the totals.</param>
    /// <exception cref="InvalidOperationException">The clock went backwards by more than <see cref="ClockTolerance"/>.</exception>
    /// <exception cref="InvalidDataException">The draft breaks a rule of the chain; the message says which.</exception>
    /// <exception cref="NotSupportedException">No accountant covers an event.</exception>
    public static SealedEntry Append(LedgerState state, LedgerEntry draft, DateTimeOffset now, LedgerAccountant accountant)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(accountant);
        if (state.Sequence > 0 && state.LastTime - now.ToUniversalTime() > ClockTolerance)
        {
            throw new InvalidOperationException(
                $"The last entry on the ledger of lineage '{state.Lineage}' is of {state.LastTime:u}, but this machine's clock says {now.ToUniversalTime():u}: "
                    + "set the clock right. Nothing was written.");
        }

        var time = now.ToUniversalTime() > state.LastTime ? now.ToUniversalTime() : state.LastTime;
        var placed = draft with { Sequence = state.Sequence + 1, Time = time, PreviousHash = state.LastHash };

        // Totals depend on events alone, so they can be taken from the state that the entry leads to.
        var total = state.Apply(placed with { Hash = LedgerEntry.NoHash }).ComposeTotal(accountant);
        var (entry, line) = LedgerLine.Seal(placed with { Total = total });
        return new SealedEntry(entry, line, state.Apply(entry));
    }
}

/// <summary>An entry ready to be written.</summary>
/// <param name="Entry">The entry with its hash.</param>
/// <param name="Line">Its line, with the end.</param>
/// <param name="After">The state once it is written.</param>
public sealed record SealedEntry(LedgerEntry Entry, ReadOnlyMemory<byte> Line, LedgerState After);
