using System.Collections.Concurrent;

namespace DpSynth.Ledgers;

/// <summary>The ledgers of all lineages over a storage.</summary>
/// <param name="storage">Where they lie.</param>
/// <param name="time">The clock.</param>
public sealed class PrivacyLedger(ILedgerStorage storage, TimeProvider time) : IPrivacyLedger, ILedgerAdministration, IDisposable
{
    private const int MaximumTries = 20;

    /// <summary>The δ at which nothing is stated to have cost nothing.</summary>
    private const double DeltaOfNoCap = 1e-5;

    private readonly LedgerAccountant _accountant = new();
    private readonly ConcurrentDictionary<string, LedgerBook> _books = new(StringComparer.Ordinal);
    private readonly Lineages _lineages = new(storage);

    /// <inheritdoc/>
    public async Task<PrivacyBudget> ReadAsync(string dataset, CancellationToken cancellationToken)
    {
        var catalogue = await CatalogueForAsync(dataset, cancellationToken);
        return catalogue.LineageOf(dataset) is { } lineage
            ? (await Book(lineage.Name).ReadAsync(cancellationToken)).ToBudget(dataset, _accountant)
            : new PrivacyBudget { Dataset = dataset, Lineage = dataset, CapEpsilon = 0, CapDelta = DeltaOfNoCap };
    }

    /// <inheritdoc/>
    public async Task<PrivacyBudget> SetPolicyAsync(
        string dataset, DatasetPolicy policy, LedgerCap cap, string? by, string? reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(policy));
        }

        LedgerRules.SetCap(new LedgerState { Lineage = dataset }, cap);
        if ((await CatalogueForAsync(dataset, cancellationToken)).LineageOf(dataset) is null)
        {
            await ChangeAsync(
                current => Task.FromResult(
                    current.LineageOf(dataset) is null ? LineageRules.Open(current, dataset, cap, policy, by, reason) : current),
                cancellationToken);
        }

        var (state, _) = await WriteAsync(
            dataset, runId: null, ledger => LedgerRules.SetPolicy(ledger, dataset, policy, cap, by, reason), admits: null, cancellationToken);
        return state.ToBudget(dataset, _accountant);
    }

    /// <inheritdoc/>
    public async Task<PrivacyBudget> SetCapAsync(string dataset, LedgerCap cap, string? by, string? reason, CancellationToken cancellationToken)
    {
        LedgerRules.SetCap(new LedgerState { Lineage = dataset }, cap);
        var (state, _) = await WriteAsync(
            dataset, runId: null, ledger => LedgerRules.SetCap(ledger, cap, by, reason), admits: null, cancellationToken);
        return state.ToBudget(dataset, _accountant);
    }

    /// <inheritdoc/>
    public async Task<LedgerReservation> ReserveAsync(
        string dataset, string runId, ProtectedUnit unit, IReadOnlyList<PlannedMeasurement> measurements, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var (state, refused) = await WriteAsync(
            dataset,
            runId,
            ledger => LedgerRules.Reserve(ledger, dataset, runId, unit, measurements),
            tried => _accountant.Admits(tried.After.Cap!, tried.After.Totals(unit.Unit).Committed),
            cancellationToken);
        return new LedgerReservation(!refused, state.ToBudget(dataset, _accountant));
    }

    /// <inheritdoc/>
    public async Task<string> SpendAsync(string dataset, string runId, string key, CancellationToken cancellationToken)
    {
        var (state, _) = await WriteAsync(
            dataset, runId, ledger => LedgerRules.Spend(ledger, runId, key).Entry, admits: null, cancellationToken);
        return LedgerRules.Spend(state, runId, key).SpentBy
            ?? throw new InvalidOperationException($"Measurement '{key}' of run '{runId}' could not be recorded.");
    }

    /// <inheritdoc/>
    public Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken) =>
        WriteAsync(dataset, runId, ledger => LedgerRules.GiveBack(ledger, runId), admits: null, cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> FollowLineageAsync(string dataset, IReadOnlySet<ImageFingerprint> images, CancellationToken cancellationToken)
    {
        var fingerprints = FingerprintSet.Of(images);
        for (var attempt = 0; attempt < MaximumTries; attempt++)
        {
            var (catalogue, version) = await SettledAsync(cancellationToken);
            var match = await _lineages.MatchAsync(catalogue, dataset, fingerprints, cancellationToken);
            LedgerCatalogue next;
            if (match.Own is null)
            {
                return LineageRules.NoPolicy(dataset);
            }

            if (match.Others.Count > 1 || (match.Others.Count == 1 && !await IsUntouchedAsync(match.Own, cancellationToken)))
            {
                return LineageRules.Conflict(dataset, match.Own.Name, match.Others);
            }
            else if (match.Others.Count == 1)
            {
                next = LineageRules.Join(catalogue, dataset, match.Others[0], LineageRules.FoundReason);
            }
            else if (match.Unknown.Count == 0)
            {
                return null;
            }
            else
            {
                next = await _lineages.AddAsync(catalogue, match.Own, match.Unknown, cancellationToken);
            }

            // Each round takes one step, and the next one looks again, until there is nothing left to do.
            await TryReplaceAsync(next, version, cancellationToken);
        }

        throw new TimeoutException("The catalogue of ledgers was changed by others all the time: try again.");
    }

    /// <inheritdoc/>
    public async Task<LedgerCatalogue> ReadCatalogueAsync(CancellationToken cancellationToken) =>
        (await storage.ReadCatalogueAsync(cancellationToken)).Catalogue;

    /// <inheritdoc/>
    public async Task<PrivacyBudget> StartNewAsync(string dataset, string reason, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            async catalogue =>
            {
                var old = catalogue.LineageOf(dataset) is { } lineage ? await Book(lineage.Name).ReadAsync(cancellationToken) : null;
                return LineageRules.Start(catalogue, dataset, old?.Cap, old?.PolicyOf(dataset)?.Policy, reason);
            },
            cancellationToken);
        return await ReadAsync(dataset, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PrivacyBudget> JoinAsync(string dataset, string intoLineage, string? reason, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            async catalogue =>
            {
                var next = LineageRules.Join(catalogue, dataset, intoLineage, reason);
                if (catalogue.LineageOf(dataset) is { } source)
                {
                    LedgerRules.Close(await Book(source.Name).ReadAsync(cancellationToken), intoLineage, reason);
                }

                return next;
            },
            cancellationToken);
        var after = await SettledCatalogueAsync(cancellationToken);
        return after.LineageOf(dataset) is { } lineage && lineage.Name == after.Resolve(intoLineage).Name
            ? await ReadAsync(dataset, cancellationToken)
            : throw new InvalidOperationException(
                $"A run reserved on the ledger of dataset '{dataset}' at the same time, so it was not joined: let the run end, then join.");
    }

    /// <inheritdoc/>
    public async Task<LedgerCopy> ReadChainAsync(string lineage, CancellationToken cancellationToken)
    {
        var head = await storage.ReadHeadAsync(lineage, cancellationToken);
        return new LedgerCopy(lineage, (await storage.ReadAfterAsync(lineage, default, cancellationToken)).Lines, head);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var book in _books.Values)
        {
            book.Dispose();
        }
    }

    private LedgerBook Book(string lineage) => _books.GetOrAdd(lineage, name => new LedgerBook(name, storage, _accountant, time));

    /// <summary>Writes on the ledger of a dataset: where the run has reserved already, else where the dataset's name points now.</summary>
    /// <exception cref="InvalidOperationException">The dataset has no ledger, and the rule asks for an entry.</exception>
    private async Task<(LedgerState State, bool Refused)> WriteAsync(
        string dataset,
        string? runId,
        Func<LedgerState, LedgerEntry?> rule,
        Func<SealedEntry, bool>? admits,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var catalogue = await CatalogueForAsync(dataset, cancellationToken);
            if (catalogue.LineageOf(dataset) is not { } lineage)
            {
                var nothing = new LedgerState { Lineage = dataset };
                return rule(nothing) is null ? (nothing, false) : throw new InvalidOperationException(LineageRules.NoPolicy(dataset));
            }

            var book = Book(runId is null ? lineage.Name : await LineageOfRunAsync(catalogue, lineage, runId, cancellationToken));
            try
            {
                var (state, _, refused) = await book.WriteAsync(rule, admits, cancellationToken);
                return (state, refused);
            }
            catch (LineageMovedException) when (attempt < MaximumTries)
            {
            }
        }
    }

    private async Task<string> LineageOfRunAsync(LedgerCatalogue catalogue, LineageRecord current, string runId, CancellationToken cancellationToken)
    {
        if (current.ApartFrom.Count == 0 || (await Book(current.Name).ReadAsync(cancellationToken)).FindRun(runId) is not null)
        {
            return current.Name;
        }

        foreach (var earlier in LineageRules.Apart(catalogue, current))
        {
            if ((await Book(earlier).ReadAsync(cancellationToken)).FindRun(runId) is not null)
            {
                return earlier;
            }
        }

        return current.Name;
    }

    /// <summary>Whether no run ever reserved anything on a lineage: the owner opened it, and no more.</summary>
    private async Task<bool> IsUntouchedAsync(LineageRecord lineage, CancellationToken cancellationToken) =>
        lineage is { Images.Count: 0, ApartFrom.Count: 0 } && (await Book(lineage.Name).ReadAsync(cancellationToken)).Runs.IsEmpty;

    private async Task<LedgerCatalogue> ChangeAsync(Func<LedgerCatalogue, Task<LedgerCatalogue>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaximumTries; attempt++)
        {
            var (catalogue, version) = await SettledAsync(cancellationToken);
            var next = await change(catalogue);
            if (ReferenceEquals(next, catalogue) || await TryReplaceAsync(next, version, cancellationToken))
            {
                return await SettledCatalogueAsync(cancellationToken);
            }
        }

        throw new TimeoutException("The catalogue of ledgers was changed by others all the time: try again.");
    }

    private async Task<bool> TryReplaceAsync(LedgerCatalogue next, string? version, CancellationToken cancellationToken)
    {
        if (await storage.TryReplaceCatalogueAsync(next, version, cancellationToken))
        {
            return true;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(50 * Random.Shared.NextDouble()), cancellationToken);
        return false;
    }

    /// <summary>The catalogue, settled as far as it concerns a dataset: what is stuck elsewhere is no obstacle.</summary>
    private async Task<LedgerCatalogue> CatalogueForAsync(string dataset, CancellationToken cancellationToken)
    {
        var (catalogue, _) = await storage.ReadCatalogueAsync(cancellationToken);
        return catalogue.IsPending(dataset) ? await SettledCatalogueAsync(cancellationToken) : catalogue;
    }

    private async Task<LedgerCatalogue> SettledCatalogueAsync(CancellationToken cancellationToken) =>
        (await SettledAsync(cancellationToken)).Catalogue;

    /// <summary>The catalogue once the chains tell of all that is pending in it. Whoever comes by finishes what another began.</summary>
    private async Task<(LedgerCatalogue Catalogue, string? Version)> SettledAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 10 * MaximumTries; attempt++)
        {
            var (catalogue, version) = await storage.ReadCatalogueAsync(cancellationToken);
            if (catalogue.Pending.Count == 0)
            {
                return (catalogue, version);
            }

            var act = catalogue.Pending[0];
            try
            {
                var next = await RecordAsync(act, cancellationToken) ? LineageRules.Settle(catalogue, act) : LineageRules.Drop(catalogue, act);
                await TryReplaceAsync(next, version, cancellationToken);
            }
            catch (LineageMovedException)
            {
                // Another one has settled the act, and a later one too.
            }
        }

        throw new TimeoutException("The catalogue of ledgers was changed by others all the time: try again.");
    }

    /// <summary>Writes the entries that tell of an act, those that are there already excepted; answers false if it cannot be done after all.</summary>
    private async Task<bool> RecordAsync(LineageAct act, CancellationToken cancellationToken)
    {
        Task<(LedgerState State, LedgerEntry? Written, bool Refused)> Write(string lineage, Func<LedgerState, LedgerEntry?> rule) =>
            Book(lineage).WriteAsync(rule, admits: null, cancellationToken);

        switch (act.Kind)
        {
            case LineageActKind.Open:
                await Write(act.Lineage, ledger => LedgerRules.Open(ledger, act.Dataset, act.Cap!, reason: act.Reason, policy: act.Policy, by: act.By));
                return true;

            case LineageActKind.Follow:
                await Write(act.Lineage, ledger => LedgerRules.Follow(ledger, act.Dataset));
                return true;

            case LineageActKind.Start:
                var (left, _, _) = await Write(act.Before!, ledger => LedgerRules.Part(ledger, act.Dataset, act.Lineage, act.Reason!));
                var from = new LedgerReference(left.Lineage, left.Sequence, left.LastHash);
                await Write(act.Lineage, ledger => LedgerRules.Open(ledger, act.Dataset, act.Cap!, from, act.Reason, act.Policy));
                return true;

            case LineageActKind.Join:
                LedgerState closed;
                var isBusy = false;
                try
                {
                    (closed, _, _) = await Write(act.Before!, ledger =>
                    {
                        isBusy = ledger.Runs.Any(run => !run.Closed);
                        return LedgerRules.Close(ledger, act.Lineage, act.Reason);
                    });
                }
                catch (InvalidOperationException) when (isBusy)
                {
                    return false;
                }

                await Write(act.Lineage, ledger => LedgerRules.Join(ledger, closed, act.Reason));
                foreach (var dataset in closed.Datasets)
                {
                    await Write(act.Lineage, ledger => LedgerRules.Follow(ledger, dataset, closed.PolicyOf(dataset)?.Policy));
                }

                return true;

            default:
                throw new InvalidDataException("The catalogue of ledgers has an act of an unknown kind pending.");
        }
    }
}
