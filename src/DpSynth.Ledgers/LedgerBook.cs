namespace DpSynth.Ledgers;

/// <summary>
/// One lineage's ledger, read and written. Keeps what it has read and checked; writers of this process take turns, those of others are
/// kept apart by the storage's conditions.
/// </summary>
internal sealed class LedgerBook(string lineage, ILedgerStorage storage, LedgerAccountant accountant, TimeProvider time) : IDisposable
{
    private const int MaximumTries = 100;
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _turn = new(1);
    private LedgerState _state = new() { Lineage = lineage };
    private LedgerPosition _position;
    private bool _isChecked;

    /// <summary>The ledger as it stands.</summary>
    /// <exception cref="InvalidDataException">The chain is broken; the message says at which entry and why.</exception>
    public async Task<LedgerState> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return (await RefreshAsync(watched: 0, cancellationToken)).State;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the entry that a rule asks for, if it asks for one and it is admitted.</summary>
    /// <param name="rule">Answers the entry to write, null for none; called again whenever the ledger has changed.</param>
    /// <param name="admits">Whether the entry may be written; null for always.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The ledger afterwards and the entry that was written; null if none was asked for or admitted.</returns>
    /// <exception cref="InvalidDataException">The chain is broken.</exception>
    /// <exception cref="TimeoutException">Others wrote all the time.</exception>
    public async Task<(LedgerState State, LedgerEntry? Written, bool Refused)> WriteAsync(
        Func<LedgerState, LedgerEntry?> rule, Func<SealedEntry, bool>? admits, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            SealedEntry? tried = null;
            for (var attempt = 0; attempt < MaximumTries; attempt++)
            {
                var (state, hashAtTried) = await RefreshAsync(tried?.Entry.Sequence ?? 0, cancellationToken);
                if (tried is not null && hashAtTried == tried.Entry.Hash)
                {
                    // The answer to the append was lost, not the append.
                    await storage.AdvanceHeadAsync(lineage, new LedgerHead(state.Sequence, state.LastHash), cancellationToken);
                    return (state, tried.Entry, false);
                }

                if (rule(state) is not { } draft)
                {
                    return (state, null, false);
                }

                if (state.JoinedInto is not null)
                {
                    throw new LineageMovedException();
                }

                tried = LedgerChain.Append(state, draft, time.GetUtcNow(), accountant);
                if (admits is not null && !admits(tried))
                {
                    return (state, null, true);
                }

                if (await storage.TryAppendAsync(lineage, _position, tried.Line, cancellationToken) is { } end)
                {
                    (_state, _position) = (tried.After, end);
                    await storage.AdvanceHeadAsync(lineage, new LedgerHead(_state.Sequence, _state.LastHash), cancellationToken);
                    return (_state, tried.Entry, false);
                }

                var longest = Math.Min(_firstDelay.TotalMilliseconds * Math.Pow(1.3, attempt), _longestDelay.TotalMilliseconds);
                await Task.Delay(TimeSpan.FromMilliseconds(longest * Random.Shared.NextDouble()), cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }

        throw new TimeoutException($"The ledger of lineage '{lineage}' was written by others {MaximumTries} times in a row: try again.");
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Reads what was appended since, and the hash of the entry at a place among it.</summary>
    private async Task<(LedgerState State, string? HashAtWatched)> RefreshAsync(long watched, CancellationToken cancellationToken)
    {
        if (!_isChecked)
        {
            await ReadFirstAsync(cancellationToken);
        }

        var tail = await storage.ReadAfterAsync(lineage, _position, cancellationToken);
        (_state, var hashAtWatched) = LedgerReader.Read(_state, tail.Lines.Span, watched);
        _position = tail.End;
        return (_state, hashAtWatched);
    }

    /// <summary>The head is read before the chain: it may then lag behind, but never lead.</summary>
    private async Task ReadFirstAsync(CancellationToken cancellationToken)
    {
        var head = await storage.ReadHeadAsync(lineage, cancellationToken);
        var tail = await storage.ReadAfterAsync(lineage, default, cancellationToken);
        var (state, hashAtHead) = LedgerReader.Read(new LedgerState { Lineage = lineage }, tail.Lines.Span, head?.Sequence ?? 0);
        if (head is not null && hashAtHead != head.Hash)
        {
            var what = head.Sequence > state.Sequence
                ? $"it was cut off, it had {head.Sequence} entries and has {state.Sequence}"
                : $"entry {head.Sequence} is not the one that was written there";
            throw new InvalidDataException($"The ledger of lineage '{lineage}' cannot be used: {what}. Nothing was written.");
        }

        if (state.Sequence > (head?.Sequence ?? 0))
        {
            await storage.AdvanceHeadAsync(lineage, new LedgerHead(state.Sequence, state.LastHash), cancellationToken);
        }

        (_state, _position, _isChecked) = (state, tail.End, true);
    }
}

/// <summary>The ledger was closed into another one since its lineage was looked up: look again.</summary>
internal sealed class LineageMovedException : Exception;
