using DpSynth.Ledgers;

namespace DpSynth.Testing.InMemory;

/// <summary>The real ledger without storage; <see cref="BeforeSpend"/> lets a test break off before a spend is recorded.</summary>
public sealed class InMemoryPrivacyLedger : IPrivacyLedger, IDisposable
{
    private readonly PrivacyLedger ledger;

    public InMemoryPrivacyLedger(TimeProvider? time = null) => ledger = new PrivacyLedger(Storage, time ?? TimeProvider.System);

    /// <summary>Where the ledger lies.</summary>
    public InMemoryLedgerStorage Storage { get; } = new();

    /// <summary>The owner's acts on it.</summary>
    public ILedgerAdministration Administration => ledger;

    /// <summary>Called before a spend is recorded.</summary>
    public Action BeforeSpend { get; set; } = () => { };

    public Task<PrivacyBudget> ReadAsync(string dataset, CancellationToken cancellationToken) => ledger.ReadAsync(dataset, cancellationToken);

    public Task<string?> FollowLineageAsync(string dataset, IReadOnlySet<ImageFingerprint> images, CancellationToken cancellationToken) =>
        ledger.FollowLineageAsync(dataset, images, cancellationToken);

    public Task<LedgerReservation> ReserveAsync(
        string dataset, string runId, ProtectedUnit unit, IReadOnlyList<PlannedMeasurement> measurements, CancellationToken cancellationToken) =>
        ledger.ReserveAsync(dataset, runId, unit, measurements, cancellationToken);

    public Task<string> SpendAsync(string dataset, string runId, string key, CancellationToken cancellationToken)
    {
        BeforeSpend();
        return ledger.SpendAsync(dataset, runId, key, cancellationToken);
    }

    public Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken) => ledger.CloseAsync(dataset, runId, cancellationToken);

    public void Dispose() => ledger.Dispose();
}
