using System.Text.Json.Serialization;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>A dataset's privacy budget in ε, at the δ of its cap, under add/remove, in nats: as the command line and the API show it.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Lineage">The lineage whose ledger it is.</param>
/// <param name="TotalEpsilon">ε that all runs together may cost.</param>
/// <param name="Delta">δ at which every ε here is stated.</param>
/// <param name="SpentEpsilon">ε of all measurements made.</param>
/// <param name="CommittedEpsilon">ε of all measurements made and of what running runs hold in reserve.</param>
/// <param name="RemainingEpsilon">
/// ε that a single further run could cost; measurements compose to less than the sum of their ε, so this is more than total less committed.
/// </param>
/// <param name="Accountant">What composed them.</param>
/// <param name="Runs">The runs, in the order of their reservation.</param>
/// <param name="Unit">Whom the policy protects; the figures are for this unit.</param>
/// <param name="Policy">SHA-256 of the ledger's entry that holds the policy; null if there is none: no run is then admitted.</param>
/// <param name="OtherUnitSpentEpsilon">ε of all measurements of runs that protect the other unit; never added to the rest.</param>
/// <param name="OtherUnitCommittedEpsilon">The same with what running runs hold in reserve.</param>
public sealed record BudgetReport(
    string Dataset,
    string Lineage,
    double TotalEpsilon,
    double Delta,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double SpentEpsilon,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double CommittedEpsilon,
    double RemainingEpsilon,
    AccountantKind Accountant,
    IReadOnlyList<RunShare> Runs,
    PrivacyUnit Unit = PrivacyUnit.Image,
    string? Policy = null,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double OtherUnitSpentEpsilon = 0,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double OtherUnitCommittedEpsilon = 0)
{
    /// <summary>The ledger searches what remains to this relative accuracy.</summary>
    private const double Accuracy = 1e-5;

    /// <summary>Adds each run's own ε.</summary>
    public static BudgetReport Of(PrivacyBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new BudgetReport(
            budget.Dataset,
            budget.Lineage,
            budget.CapEpsilon,
            budget.CapDelta,
            budget.SpentEpsilon,
            budget.CommittedEpsilon,
            budget.RemainingEpsilon,
            budget.Accountant,
            [.. budget.Runs.Select(run => new RunShare(
                run.RunId, SpentBy(run, budget.CapDelta), run.Measurements.Count(measurement => measurement.SpentAt is not null), run.Closed, run.Unit))],
            budget.Unit,
            budget.Policy?.EntryHash,
            budget.OtherUnitSpentEpsilon,
            budget.OtherUnitCommittedEpsilon);
    }

    /// <summary>ε of the measurements that a run made, alone: an upper bound in nats under add/remove, +∞ where no finite one holds.</summary>
    /// <param name="run">The run.</param>
    /// <param name="delta">δ at which it is stated, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is out of range.</exception>
    public static double SpentBy(RunBudget run, double delta)
    {
        ArgumentNullException.ThrowIfNull(run);
        return PrivacyAccountant.Epsilon([.. run.Measurements.Where(made => made.SpentAt is not null).Select(made => made.Event)], delta).Epsilon;
    }

    /// <summary>Whether a further run of (ε, δ) fits beside everything spent and reserved; the ledger decides again when the run is planned.</summary>
    /// <param name="epsilon">ε of the run in nats, at least 0 and finite.</param>
    /// <param name="delta">δ of the run, inside (0, 1); may differ from the cap's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public bool Admits(double epsilon, double delta) =>
        GaussianAccountant.Epsilon(GaussianAccountant.Mu(epsilon, delta), Delta) <= RemainingEpsilon * (1 + Accuracy);
}

/// <summary>One run's share.</summary>
/// <param name="RunId">The run.</param>
/// <param name="SpentEpsilon">ε of its measurements alone.</param>
/// <param name="Measurements">How many measurements it made.</param>
/// <param name="Closed">Whether it is over; what it did not spend is then free again.</param>
/// <param name="Unit">Whom its measurements protect.</param>
public sealed record RunShare(
    string RunId,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double SpentEpsilon,
    int Measurements,
    bool Closed,
    PrivacyUnit Unit = PrivacyUnit.Image);
