using DpSynth.Synthesis.Budgets;

namespace DpSynth.Synthesis.Tests.InMemory;

/// <summary>A ledger without storage that grants everything up to a total μ².</summary>
internal sealed class InMemoryLedger(double totalMuSquared = double.PositiveInfinity) : IBudgetLedger
{
    private readonly List<RunSpending> runs = [];

    /// <summary>Called before a spend is recorded.</summary>
    public Action BeforeSpend { get; set; } = () => { };

    /// <summary>What is recorded.</summary>
    public IReadOnlyList<RunSpending> Runs => runs;

    public Task OpenAsync(string dataset, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<DatasetBudget> ReadAsync(string dataset, CancellationToken cancellationToken) => Task.FromResult(Budget(dataset));

    public Task<DatasetBudget> SetTotalAsync(string dataset, double epsilon, double delta, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<BudgetReservation> ReserveAsync(string dataset, string runId, double muSquared, CancellationToken cancellationToken)
    {
        var granted = runs.Sum(run => run.ReservedMuSquared) + muSquared <= totalMuSquared;
        if (granted && runs.All(run => run.RunId != runId))
        {
            runs.Add(new RunSpending { RunId = runId, ReservedMuSquared = muSquared });
        }

        return Task.FromResult(new BudgetReservation(granted, RemainingEpsilon: 0.25, Budget(dataset)));
    }

    public Task SpendAsync(string dataset, string runId, int iteration, double muSquared, CancellationToken cancellationToken)
    {
        BeforeSpend();
        var index = runs.FindIndex(run => run.RunId == runId && !run.Closed);
        if (index < 0)
        {
            throw new InvalidOperationException("The run holds no reservation.");
        }

        if (runs[index].Releases.All(release => release.Iteration != iteration))
        {
            runs[index] = runs[index] with { Releases = [.. runs[index].Releases, new ReleaseSpending(iteration, muSquared, DateTimeOffset.UnixEpoch)] };
        }

        return Task.CompletedTask;
    }

    public Task CloseAsync(string dataset, string runId, CancellationToken cancellationToken)
    {
        var index = runs.FindIndex(run => run.RunId == runId);
        runs[index] = runs[index] with { Closed = true };
        return Task.CompletedTask;
    }

    private DatasetBudget Budget(string dataset) => new() { Dataset = dataset, TotalEpsilon = 10, TotalDelta = 1e-5, Runs = [.. runs] };
}
