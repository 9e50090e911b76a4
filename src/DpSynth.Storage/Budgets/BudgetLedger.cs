using Azure;
using Azure.Storage.Blobs.Models;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Budgets;
using Microsoft.Extensions.Options;

namespace DpSynth.Storage.Budgets;

/// <summary>
/// One JSON blob a dataset in <c>ledgers</c>. Every change is read, computed and written back under the condition that nobody wrote in
/// between, and tried again if somebody did; so entries are never lost, whoever else writes.
/// </summary>
public sealed class BudgetLedger(PrivateAccount account, IOptions<BudgetOptions> options, TimeProvider time) : IBudgetLedger
{
    private const int MaximumTries = 100;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<DatasetBudget> ReadAsync(string dataset, CancellationToken cancellationToken) =>
        (await LoadAsync(dataset, cancellationToken)).Budget;

    /// <inheritdoc/>
    public async Task OpenAsync(string dataset, CancellationToken cancellationToken)
    {
        if (await LoadAsync(dataset, cancellationToken) is (var budget, null))
        {
            await TryStoreAsync(budget, version: null, cancellationToken);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">ε is not a number above 0, or δ is outside (0, 1).</exception>
    public async Task<DatasetBudget> SetTotalAsync(string dataset, double epsilon, double delta, CancellationToken cancellationToken)
    {
        if (!double.IsFinite(epsilon) || epsilon <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "A dataset's ε is a number above 0.");
        }

        if (delta is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "A dataset's δ is inside (0, 1).");
        }

        return await ChangeAsync(dataset, budget => budget with { TotalEpsilon = epsilon, TotalDelta = delta }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<BudgetReservation> ReserveAsync(string dataset, string runId, double muSquared, CancellationToken cancellationToken)
    {
        RequireMuSquared(muSquared);
        var granted = false;
        var budget = await ChangeAsync(
            dataset,
            current =>
            {
                (var next, granted) = BudgetRules.Reserve(current, runId, muSquared);
                return next;
            },
            cancellationToken);
        return new BudgetReservation(granted, BudgetRules.RemainingEpsilon(budget), budget);
    }

    /// <inheritdoc/>
    public Task SpendAsync(string dataset, string runId, int iteration, double muSquared, CancellationToken cancellationToken)
    {
        RequireMuSquared(muSquared);
        var release = new ReleaseSpending(iteration, muSquared, time.GetUtcNow());
        return ChangeAsync(dataset, budget => BudgetRules.Spend(budget, runId, release), cancellationToken);
    }

    /// <inheritdoc/>
    public Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken) =>
        ChangeAsync(dataset, budget => BudgetRules.Close(budget, runId), cancellationToken);

    private static void RequireMuSquared(double muSquared)
    {
        if (!double.IsFinite(muSquared) || muSquared <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(muSquared), muSquared, "μ² of a release is a number above 0.");
        }
    }

    private async Task<DatasetBudget> ChangeAsync(
        string dataset, Func<DatasetBudget, DatasetBudget> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaximumTries; attempt++)
        {
            var (current, version) = await LoadAsync(dataset, cancellationToken);
            var next = change(current);
            if (ReferenceEquals(next, current) || await TryStoreAsync(next, version, cancellationToken))
            {
                return next;
            }

            var longest = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(1.5, attempt), LongestDelay.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(longest * Random.Shared.NextDouble()), cancellationToken);
        }

        throw new TimeoutException($"The ledger of dataset '{dataset}' was written by others {MaximumTries} times in a row: try again.");
    }

    private async Task<(DatasetBudget Budget, ETag? Version)> LoadAsync(string dataset, CancellationToken cancellationToken)
    {
        try
        {
            var blob = account.Ledgers.GetBlobClient(PrivateLayout.Ledger(dataset));
            var download = (await blob.DownloadContentAsync(cancellationToken)).Value;
            return (
                StorageJson.Decode<DatasetBudget>(download.Content.ToMemory().Span, $"The ledger of dataset '{dataset}'"),
                download.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            var defaults = options.Value;
            return (
                new DatasetBudget { Dataset = dataset, TotalEpsilon = defaults.DefaultEpsilon, TotalDelta = defaults.DefaultDelta },
                null);
        }
    }

    private async Task<bool> TryStoreAsync(DatasetBudget budget, ETag? version, CancellationToken cancellationToken)
    {
        var upload = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = BlobCalls.Json },
            Conditions = version is { } read
                ? new BlobRequestConditions { IfMatch = read }
                : new BlobRequestConditions { IfNoneMatch = ETag.All },
        };
        try
        {
            var blob = account.Ledgers.GetBlobClient(PrivateLayout.Ledger(budget.Dataset));
            await blob.UploadAsync(BinaryData.FromBytes(StorageJson.Encode(budget)), upload, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsConflict())
        {
            return false;
        }
    }
}
