namespace DpSynth.Ledgers;

/// <summary>The owner's explicit acts on ledgers, each recorded on them, and what is needed to check them.</summary>
/// <remarks>
/// Besides what is said of each method: <see cref="InvalidDataException"/> if a ledger, the catalogue or a set of fingerprints is not what was
/// written, <see cref="TimeoutException"/> if others write all the time, <see cref="InvalidOperationException"/> if this machine's clock lies
/// behind the last entry by more than <see cref="LedgerChain.ClockTolerance"/>. In each case nothing was written.
/// </remarks>
public interface ILedgerAdministration
{
    /// <summary>The lineages and the datasets' names.</summary>
    Task<LedgerCatalogue> ReadCatalogueAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Approves a policy for a dataset and sets the cap, and records who did it and why; what stands already is not recorded again. A dataset
    /// without a ledger gets one. The cap is the whole lineage's.
    /// </summary>
    /// <exception cref="ArgumentException">The policy or the cap cannot stand; the message says in one sentence why.</exception>
    Task<PrivacyBudget> SetPolicyAsync(
        string dataset, DatasetPolicy policy, LedgerCap cap, string? by, string? reason, CancellationToken cancellationToken);

    /// <summary>
    /// Sets the cap, and records who did it and why. A cap that stands already is not recorded again. It may be set below what is spent: no
    /// further run is then admitted.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not a number above 0, or δ is outside (0, 1).</exception>
    /// <exception cref="InvalidOperationException">The dataset has no ledger: its owner has approved nothing.</exception>
    Task<PrivacyBudget> SetCapAsync(string dataset, LedgerCap cap, string? by, string? reason, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a new ledger for a dataset's name, with nothing spent and the old one's cap and policy. Recorded on both. From then on the dataset
    /// may share images with the lineage it left. Runs that have reserved stay on the old ledger.
    /// </summary>
    /// <exception cref="InvalidOperationException">The dataset has no ledger yet.</exception>
    /// <exception cref="ArgumentException">The reason is blank or longer than 1000 characters.</exception>
    Task<PrivacyBudget> StartNewAsync(string dataset, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Charges everything spent on the ledger of a dataset's lineage to another lineage and closes it; its datasets and images belong to
    /// the other from then on, whose cap stands. A dataset without a ledger just follows the other lineage.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such lineage, it is the dataset's own, or a run on the dataset's ledger is not over.</exception>
    Task<PrivacyBudget> JoinAsync(string dataset, string intoLineage, string? reason, CancellationToken cancellationToken);

    /// <summary>Reads a lineage's whole chain as it is stored, unchecked, and the record of its last entry.</summary>
    Task<LedgerCopy> ReadChainAsync(string lineage, CancellationToken cancellationToken);
}

/// <summary>A ledger as it is stored.</summary>
/// <param name="Lineage">The lineage.</param>
/// <param name="Lines">The lines of its chain.</param>
/// <param name="Head">The record of its last entry; null if there is none.</param>
public sealed record LedgerCopy(string Lineage, ReadOnlyMemory<byte> Lines, LedgerHead? Head);
