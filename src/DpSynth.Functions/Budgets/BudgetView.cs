using System.Text.Json.Serialization;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Budgets;

namespace DpSynth.Functions.Budgets;

/// <summary>A dataset's privacy budget as the API shows it. Every ε is at <paramref name="Delta"/>, under add/remove, in nats.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Lineage">The lineage whose ledger it is.</param>
/// <param name="TotalEpsilon">ε that all runs together may cost.</param>
/// <param name="Delta">δ at which every ε here is stated.</param>
/// <param name="SpentEpsilon">ε of all releases made.</param>
/// <param name="CommittedEpsilon">ε of all releases made and of what running runs hold in reserve.</param>
/// <param name="RemainingEpsilon">ε that a single further run could cost.</param>
/// <param name="Accountant">What composed them.</param>
/// <param name="Runs">The runs, in the order of their reservation.</param>
public sealed record BudgetView(
    string Dataset,
    string Lineage,
    double TotalEpsilon,
    double Delta,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double SpentEpsilon,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double CommittedEpsilon,
    double RemainingEpsilon,
    AccountantKind Accountant,
    IReadOnlyList<BudgetedRun> Runs)
{
    /// <summary>Shows a budget.</summary>
    public static BudgetView Of(PrivacyBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new BudgetView(
            budget.Dataset,
            budget.Lineage,
            budget.CapEpsilon,
            budget.CapDelta,
            budget.SpentEpsilon,
            budget.CommittedEpsilon,
            budget.RemainingEpsilon,
            budget.Accountant,
            [.. budget.Runs.Select(run => new BudgetedRun(run.RunId, run.Releases.Count(release => release.SpentAt is not null), run.Closed))]);
    }
}

/// <summary>A run on a dataset's ledger.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Releases">How many releases it made.</param>
/// <param name="Closed">Whether it is over; what it did not spend is then free again.</param>
public sealed record BudgetedRun(string RunId, int Releases, bool Closed);
