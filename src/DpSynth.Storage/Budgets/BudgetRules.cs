using DpSynth.Privacy;
using DpSynth.Synthesis.Budgets;

namespace DpSynth.Storage.Budgets;

/// <summary>The arithmetic of a ledger: pure changes of a <see cref="DatasetBudget"/>. A change that changes nothing returns the same object.</summary>
internal static class BudgetRules
{
    /// <summary>Room for the rounding of sums and of ε, relative; far below anything that matters to privacy.</summary>
    private const double Tolerance = 1e-12;

    /// <summary>μ² that is taken: the reservations of open runs, the releases of closed ones.</summary>
    public static double TakenMuSquared(DatasetBudget budget) =>
        budget.Runs.Sum(run => run.Closed ? run.SpentMuSquared : run.ReservedMuSquared);

    /// <summary>The largest ε, at the dataset's δ, that one further run could cost.</summary>
    public static double RemainingEpsilon(DatasetBudget budget)
    {
        var total = GaussianAccountant.Mu(budget.TotalEpsilon, budget.TotalDelta);
        var free = (total * total) - TakenMuSquared(budget);
        return free <= 0 ? 0 : Math.Min(budget.TotalEpsilon, GaussianAccountant.Epsilon(Math.Sqrt(free), budget.TotalDelta));
    }

    /// <summary>Adds a run if ε(√(taken + new), δ_total) ≤ ε_total; a run that is there already stays as it is.</summary>
    public static (DatasetBudget Budget, bool Granted) Reserve(DatasetBudget budget, string runId, double muSquared)
    {
        if (Find(budget, runId) is not null)
        {
            return (budget, true);
        }

        var epsilon = GaussianAccountant.Epsilon(Math.Sqrt(TakenMuSquared(budget) + muSquared), budget.TotalDelta);
        return epsilon <= budget.TotalEpsilon * (1 + Tolerance)
            ? (budget with { Runs = [.. budget.Runs, new RunSpending { RunId = runId, ReservedMuSquared = muSquared }] }, true)
            : (budget, false);
    }

    /// <summary>Adds a release to its run, once.</summary>
    /// <exception cref="InvalidOperationException">The run holds no open reservation, or the release goes beyond it.</exception>
    public static DatasetBudget Spend(DatasetBudget budget, string runId, ReleaseSpending release)
    {
        var run = Find(budget, runId) ?? throw new InvalidOperationException(
            $"Run '{runId}' holds no reservation on dataset '{budget.Dataset}', so it cannot release anything.");
        if (run.Releases.Any(earlier => earlier.Iteration == release.Iteration))
        {
            return budget;
        }

        if (run.Closed)
        {
            throw new InvalidOperationException(
                $"Run '{runId}' has given its reservation on dataset '{budget.Dataset}' back, so it cannot release anything more.");
        }

        // T releases of μ²/T sum to μ² but for the rounding of T additions.
        if (run.SpentMuSquared + release.MuSquared > run.ReservedMuSquared * (1 + (1000 * Tolerance)))
        {
            throw new InvalidOperationException(
                $"Release {release.Iteration} of run '{runId}' goes beyond the run's reservation on dataset '{budget.Dataset}'.");
        }

        return Replace(budget, run with { Releases = [.. run.Releases, release] });
    }

    /// <summary>Closes a run; one that never reserved anything needs no closing.</summary>
    public static DatasetBudget Close(DatasetBudget budget, string runId) =>
        Find(budget, runId) is { Closed: false } run ? Replace(budget, run with { Closed = true }) : budget;

    private static RunSpending? Find(DatasetBudget budget, string runId) =>
        budget.Runs.FirstOrDefault(run => string.Equals(run.RunId, runId, StringComparison.Ordinal));

    private static DatasetBudget Replace(DatasetBudget budget, RunSpending changed) =>
        budget with { Runs = [.. budget.Runs.Select(run => run.RunId == changed.RunId ? changed : run)] };
}
