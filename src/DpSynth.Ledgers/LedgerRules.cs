namespace DpSynth.Ledgers;

/// <summary>What may be written on a ledger: for each act the entry that records it, or null where it is recorded already.</summary>
public static class LedgerRules
{
    /// <summary>Begins a ledger.</summary>
    /// <param name="state">The ledger.</param>
    /// <param name="dataset">The first dataset's name.</param>
    /// <param name="cap">The cap.</param>
    /// <param name="from">The ledger that the dataset left; null for the first ledger of its images.</param>
    /// <param name="reason">Why it left, or why it was opened.</param>
    /// <param name="policy">The policy that the dataset brings along from the ledger it left; null for none yet.</param>
    /// <param name="by">Who opened it.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is not a number above 0, or δ is outside (0, 1).</exception>
    public static LedgerEntry? Open(LedgerState state, string dataset, LedgerCap cap, LedgerReference? from = null, string? reason = null,
        DatasetPolicy? policy = null, string? by = null) => state.Sequence > 0
            ? null
            : Draft(state, LedgerEntryKind.Open) with { Dataset = dataset, Cap = RequireValid(cap), Other = from, Reason = reason, Policy = policy, By = by };

    /// <summary>Sets the cap.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not a number above 0, or δ is outside (0, 1).</exception>
    public static LedgerEntry? SetCap(LedgerState state, LedgerCap cap, string? by = null, string? reason = null) =>
        RequireValid(cap) == state.Cap ? null : Draft(state, LedgerEntryKind.Cap) with { Cap = cap, By = by, Reason = reason };

    /// <summary>Approves a policy for a dataset, and with it the cap.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cap is none.</exception>
    /// <exception cref="ArgumentException">The policy cannot stand; the message says in one sentence why.</exception>
    /// <exception cref="InvalidOperationException">The dataset's name does not stand for this ledger.</exception>
    public static LedgerEntry? SetPolicy(
        LedgerState state, string dataset, DatasetPolicy policy, LedgerCap cap, string? by = null, string? reason = null)
    {
        if (policy.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(policy));
        }

        if (!state.Datasets.Contains(dataset))
        {
            throw new InvalidOperationException($"Dataset '{dataset}' does not stand for the ledger of lineage '{state.Lineage}'.");
        }

        return RequireValid(cap) == state.Cap && state.PolicyOf(dataset)?.Policy == policy
            ? null
            : Draft(state, LedgerEntryKind.Policy) with { Dataset = dataset, Policy = policy, Cap = cap, By = by, Reason = reason };
    }

    /// <summary>Adds a dataset's name, with the policy it brings along from another ledger, if any.</summary>
    public static LedgerEntry? Follow(LedgerState state, string dataset, DatasetPolicy? policy = null) =>
        state.Datasets.Contains(dataset) ? null : Draft(state, LedgerEntryKind.Follow) with { Dataset = dataset, Policy = policy };

    /// <summary>Takes away a dataset's name, for which a new ledger was started.</summary>
    public static LedgerEntry? Part(LedgerState state, string dataset, string into, string reason) => state.Datasets.Contains(dataset)
        ? Draft(state, LedgerEntryKind.Part) with { Dataset = dataset, Other = new LedgerReference(into), Reason = reason }
        : null;

    /// <summary>Reserves those of a run's measurements that it has not reserved yet; whether the cap admits them is for the accountant to say.</summary>
    /// <exception cref="InvalidOperationException">The run is closed, protects another unit, or a key is reserved with another event.</exception>
    /// <exception cref="ArgumentException">A key is empty or there twice.</exception>
    public static LedgerEntry? Reserve(
        LedgerState state, string dataset, string runId, ProtectedUnit unit, IReadOnlyList<PlannedMeasurement> measurements)
    {
        var known = state.FindRun(runId);
        var held = (known?.Measurements ?? []).ToDictionary(measurement => measurement.Key, StringComparer.Ordinal);
        var added = new List<PlannedMeasurement>();
        foreach (var measurement in measurements)
        {
            if (held.TryGetValue(measurement.Key, out var reserved))
            {
                if (reserved.Event != measurement.Event)
                {
                    throw new InvalidOperationException($"Run '{runId}' has reserved '{measurement.Key}' with other noise, and that stays as it is.");
                }
            }
            else if (measurement.Key.Length == 0 || added.Any(other => other.Key == measurement.Key))
            {
                throw new ArgumentException($"The measurements of run '{runId}' need keys that differ.", nameof(measurements));
            }
            else
            {
                added.Add(measurement);
            }
        }

        if (added.Count == 0)
        {
            return null;
        }

        if (known is not null && known.Unit != unit.Unit)
        {
            throw new InvalidOperationException($"Run '{runId}' has reserved for another unit of privacy, and that stays as it is.");
        }

        return known is not { Closed: true }
            ? Draft(state, LedgerEntryKind.Reserve) with
            {
                Dataset = dataset,
                Run = runId,
                Unit = unit.Unit,
                OwnersFrom = unit.OwnersFrom,
                Measurements = added,
            }
            : throw new InvalidOperationException($"Run '{runId}' is over, so it can reserve nothing more.");
    }

    /// <summary>Records that a measurement is made.</summary>
    /// <returns>The entry to write, or the hash of the one that is there.</returns>
    /// <exception cref="InvalidOperationException">The run has not reserved that key, or is closed without having spent it.</exception>
    public static (LedgerEntry? Entry, string? SpentBy) Spend(LedgerState state, string runId, string key)
    {
        var run = state.FindRun(runId) ?? throw new InvalidOperationException(
            $"Run '{runId}' holds nothing in reserve on the ledger of '{state.Lineage}', so it cannot measure anything.");
        var measurement = run.Measurements.FirstOrDefault(measurement => measurement.Key == key) ?? throw new InvalidOperationException(
            $"Run '{runId}' has not reserved '{key}', so it cannot measure it.");
        if (measurement.EntryHash is { } spentBy)
        {
            return (null, spentBy);
        }

        return !run.Closed
            ? (Draft(state, LedgerEntryKind.Spend) with
            {
                Run = runId,
                Key = key,
                Unit = run.Unit,
                OwnersFrom = run.OwnersFrom,
                Event = measurement.Event
            }, null)
            : throw new InvalidOperationException($"Run '{runId}' is over and has given '{key}' back, so it cannot measure it.");
    }

    /// <summary>
    /// Ends a run and gives back what it never spent. A run that reserved nothing is ended too, so that a straggler of it cannot reserve
    /// what nobody would give back.
    /// </summary>
    public static LedgerEntry? GiveBack(LedgerState state, string runId) => (state.Sequence, state.FindRun(runId)) switch
    {
        (0, _) or (_, { Closed: true }) => null,
        (_, var run) => Draft(state, LedgerEntryKind.GiveBack) with { Run = runId, Measurements = run is null ? [] : LedgerState.Unspent(run) },
    };

    /// <summary>Closes a ledger that is joined into another.</summary>
    /// <exception cref="InvalidOperationException">A run on it is not over; or it is closed into a third one.</exception>
    public static LedgerEntry? Close(LedgerState state, string into, string? reason)
    {
        if (state.JoinedInto is { } already)
        {
            return already == into ? null : throw new InvalidOperationException($"Lineage '{state.Lineage}' is joined into '{already}' already.");
        }

        return state.Runs.FirstOrDefault(run => !run.Closed) is not { } open
            ? Draft(state, LedgerEntryKind.Close) with { Other = new LedgerReference(into), Reason = reason }
            : throw new InvalidOperationException(
                $"Run '{open.RunId}' is not over on the ledger of lineage '{state.Lineage}': let it end or cancel it, then join.");
    }

    /// <summary>Charges everything spent on a closed ledger to another one.</summary>
    public static LedgerEntry? Join(LedgerState state, LedgerState closed, string? reason) => state.HasJoined(closed.Lineage)
        ? null
        : Draft(state, LedgerEntryKind.Join) with
        {
            Other = new LedgerReference(closed.Lineage, closed.Sequence, closed.LastHash),
            Runs = [.. closed.Runs.Select(run => run with { Measurements = [.. run.Measurements.Where(measurement => measurement.SpentAt is not null)] })],
            Reason = reason,
        };

    private static LedgerEntry Draft(LedgerState state, LedgerEntryKind kind) => new() { Lineage = state.Lineage, Kind = kind };

    private static LedgerCap RequireValid(LedgerCap cap)
    {
        if (!double.IsFinite(cap.Epsilon) || cap.Epsilon <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(cap), cap.Epsilon, "A ledger's ε is a number above 0.");
        }

        return cap.IsValid ? cap : throw new ArgumentOutOfRangeException(nameof(cap), cap.Delta, "A ledger's δ is inside (0, 1).");
    }
}
