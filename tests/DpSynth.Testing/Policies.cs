using DpSynth.Ledgers;
using DpSynth.Testing.InMemory;

namespace DpSynth.Testing;

/// <summary>Policies as tests approve them, and calls of ledgers that approve one where there is none.</summary>
public static class Policies
{
    /// <summary>A policy that allows every run its budget has room for.</summary>
    /// <param name="classes">The classes; none for a dataset without.</param>
    public static DatasetPolicy Of(params string[] classes) => new()
    {
        Classes = classes.Length == 0 ? null : [.. classes],
        LargestRun = new LedgerCap(1000, 0.5),
    };

    /// <summary>Approves a policy for a dataset.</summary>
    public static Task<PrivacyBudget> ApproveAsync(
        this IPrivacyLedger ledger, string dataset, DatasetPolicy? policy = null, double epsilon = 10, double delta = 1e-5) =>
        AdministrationOf(ledger).SetPolicyAsync(dataset, policy ?? Of(), new LedgerCap(epsilon, delta), by: null, reason: "for a test", default);

    /// <summary>Approves a policy with ε 10 for a dataset that has none.</summary>
    public static async Task OpenAsync(this IPrivacyLedger ledger, string dataset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        if ((await ledger.ReadAsync(dataset, cancellationToken)).Policy is null)
        {
            await ledger.ApproveAsync(dataset);
        }
    }

    /// <summary>Ties a dataset to its lineage, one without a policy too.</summary>
    public static async Task<string?> FollowApprovedAsync(
        this IPrivacyLedger ledger, string dataset, IReadOnlySet<ImageFingerprint> images, CancellationToken cancellationToken)
    {
        await ledger.OpenAsync(dataset, cancellationToken);
        return await ledger.FollowLineageAsync(dataset, images, cancellationToken);
    }

    /// <summary>Sets the cap, of a dataset without a policy too.</summary>
    public static async Task<PrivacyBudget> SetCapAsync(
        this IPrivacyLedger ledger, string dataset, double epsilon, double delta, CancellationToken cancellationToken)
    {
        await ledger.OpenAsync(dataset, cancellationToken);
        return await AdministrationOf(ledger).SetCapAsync(dataset, new LedgerCap(epsilon, delta), by: null, reason: null, cancellationToken);
    }

    /// <summary>Reserves for images, on a dataset without a policy too.</summary>
    public static async Task<LedgerReservation> ReserveAsync(
        this IPrivacyLedger ledger, string dataset, string runId, IReadOnlyList<PlannedMeasurement> measurements, CancellationToken cancellationToken)
    {
        await ledger.OpenAsync(dataset, cancellationToken);
        return await ledger.ReserveAsync(dataset, runId, ProtectedUnit.Image, measurements, cancellationToken);
    }

    private static ILedgerAdministration AdministrationOf(IPrivacyLedger ledger) =>
        ledger as ILedgerAdministration ?? ((InMemoryPrivacyLedger)ledger).Administration;
}
