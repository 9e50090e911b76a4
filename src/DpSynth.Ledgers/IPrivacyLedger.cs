using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>
/// What each dataset may cost and has cost, in privacy events. A ledger belongs to a lineage of datasets: the images, not the name
/// they lie under. Entries are hash-chained and never changed.
/// </summary>
/// <remarks>
/// Besides what is said of each method: <see cref="InvalidDataException"/> if a ledger, the catalogue or a set of fingerprints is not what was
/// written, <see cref="TimeoutException"/> if others write all the time, <see cref="InvalidOperationException"/> if this machine's clock lies
/// behind the last entry by more than <see cref="LedgerChain.ClockTolerance"/>. In each case nothing was written.
/// </remarks>
public interface IPrivacyLedger
{
    /// <summary>A dataset's budget as it stands; nothing, and no policy, if the dataset has no ledger.</summary>
    Task<PrivacyBudget> ReadAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>
    /// Ties a dataset's name to the lineage that its images belong to: the ledger in which any of them was seen before, under
    /// whatever name. Images never seen are added to the lineage. A second call with the same images changes nothing.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="images">Fingerprints of its images.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>
    /// One sentence if the dataset may not be used as it is (its images belong to several lineages, or its owner has approved nothing), else null.
    /// It names lineages, and so is for the owner alone.
    /// </returns>
    Task<string?> FollowLineageAsync(string dataset, IReadOnlySet<ImageFingerprint> images, CancellationToken cancellationToken);

    /// <summary>
    /// Reserves a run's measurements, if the cap admits them beside everything spent and reserved. Measurements already reserved by the run
    /// under the same key stay as they are, so that a second call answers as the first; further keys are added.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The dataset has no ledger, the run is closed or protects another unit, or a key is reserved with another event.
    /// </exception>
    /// <exception cref="ArgumentException">A key is empty or there twice.</exception>
    /// <exception cref="NotSupportedException">No accountant covers an event.</exception>
    Task<LedgerReservation> ReserveAsync(
        string dataset, string runId, ProtectedUnit unit, IReadOnlyList<PlannedMeasurement> measurements, CancellationToken cancellationToken);

    /// <summary>
    /// Records that one measurement of a run is made, durably, before its noise is drawn. A second call for the same key changes nothing
    /// and returns the same entry.
    /// </summary>
    /// <returns>The entry's SHA-256 in hexadecimal, lower case: the ledger's witness of this measurement.</returns>
    /// <exception cref="InvalidOperationException">The run has not reserved that key, or is closed without having spent it.</exception>
    Task<string> SpendAsync(string dataset, string runId, string key, CancellationToken cancellationToken);

    /// <summary>Gives back what a run reserved and never spent. A second call changes nothing.</summary>
    Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken);
}

/// <summary>One measurement that a run plans.</summary>
/// <param name="Key">Its name in the run, such as <c>class-counts</c> or <c>iteration-003</c>.</param>
/// <param name="Event">What it costs.</param>
public sealed record PlannedMeasurement(string Key, PrivacyEvent Event);

/// <summary>Whom a run's measurements protect.</summary>
/// <param name="Unit">One image, or one owner with all images of theirs.</param>
/// <param name="OwnersFrom">Where owners are read from, in words; null where the unit is the image.</param>
public sealed record ProtectedUnit(PrivacyUnit Unit, string? OwnersFrom = null)
{
    /// <summary>One image.</summary>
    public static ProtectedUnit Image { get; } = new(PrivacyUnit.Image);
}

/// <summary>The ledger's answer to a reservation.</summary>
/// <param name="Granted">Whether the run may go on.</param>
/// <param name="Budget">The budget after the call.</param>
public sealed record LedgerReservation(bool Granted, PrivacyBudget Budget);

/// <summary>The first 128 bits of the SHA-256 of an encoded image file.</summary>
/// <param name="Value">The bits.</param>
public readonly record struct ImageFingerprint(UInt128 Value);
