using DpSynth.Ledgers;

namespace DpSynth.Testing.InMemory;

/// <summary>The real ledger without storage; <see cref="BeforeSpend"/> lets a test break off before a spend is recorded.</summary>
public sealed class InMemoryPrivacyLedger : IPrivacyLedger, IDisposable
{
    private readonly PrivacyLedger ledger;

    public InMemoryPrivacyLedger(double capEpsilon = 10, double capDelta = 1e-5, TimeProvider? time = null) =>
        ledger = new PrivacyLedger(Storage, new LedgerCap(capEpsilon, capDelta), time ?? TimeProvider.System);

    /// <summary>Where the ledger lies.</summary>
    public InMemoryLedgerStorage Storage { get; } = new();

    /// <summary>Called before a spend is recorded.</summary>
    public Action BeforeSpend { get; set; } = () => { };

    public Task<PrivacyBudget> ReadAsync(string dataset, CancellationToken cancellationToken) => ledger.ReadAsync(dataset, cancellationToken);

    public Task OpenAsync(string dataset, CancellationToken cancellationToken) => ledger.OpenAsync(dataset, cancellationToken);

    public Task<PrivacyBudget> SetCapAsync(string dataset, double epsilon, double delta, CancellationToken cancellationToken) =>
        ledger.SetCapAsync(dataset, epsilon, delta, cancellationToken);

    public Task<string?> FollowLineageAsync(string dataset, IReadOnlySet<ImageFingerprint> images, CancellationToken cancellationToken) =>
        ledger.FollowLineageAsync(dataset, images, cancellationToken);

    public Task<LedgerReservation> ReserveAsync(
        string dataset, string runId, IReadOnlyList<PlannedMeasurement> releases, CancellationToken cancellationToken) =>
        ledger.ReserveAsync(dataset, runId, releases, cancellationToken);

    public Task<string> SpendAsync(string dataset, string runId, string key, CancellationToken cancellationToken)
    {
        BeforeSpend();
        return ledger.SpendAsync(dataset, runId, key, cancellationToken);
    }

    public Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken) => ledger.CloseAsync(dataset, runId, cancellationToken);

    public void Dispose() => ledger.Dispose();
}
