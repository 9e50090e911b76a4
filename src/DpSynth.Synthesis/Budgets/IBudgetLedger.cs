namespace DpSynth.Synthesis.Budgets;

/// <summary>
/// What each dataset may cost and has cost. All quantities add up as squared Gaussian-DP parameters: a release of noise
/// multiplier σ has μ² = 1/σ², and a composition has the sum (arXiv 1905.02383, corollary 3.3).
/// </summary>
public interface IBudgetLedger
{
    /// <summary>A dataset's budget as it stands; the default budget with nothing spent if the dataset is unknown.</summary>
    Task<DatasetBudget> ReadAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>Gives a dataset the default budget, unless it has one.</summary>
    Task OpenAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>Sets a dataset's total. It may be set below what is spent: no further run is then admitted.</summary>
    Task<DatasetBudget> SetTotalAsync(string dataset, double epsilon, double delta, CancellationToken cancellationToken);

    /// <summary>
    /// Reserves a run's μ², if the dataset's total admits it beside everything spent and reserved. A second call for the same run
    /// changes nothing and answers as the first.
    /// </summary>
    Task<BudgetReservation> ReserveAsync(string dataset, string runId, double muSquared, CancellationToken cancellationToken);

    /// <summary>
    /// Records one release of a run, durably, before the release is readable. A second call for the same run and iteration
    /// changes nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">The run holds no reservation, or the release goes beyond it.</exception>
    Task SpendAsync(string dataset, string runId, int iteration, double muSquared, CancellationToken cancellationToken);

    /// <summary>Gives back what a run reserved and did not spend. A second call changes nothing.</summary>
    Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken);
}
