using DpSynth.Cli.Terminals;
using DpSynth.Privacy;
using DpSynth.Synthesis.Budgets;

namespace DpSynth.Cli.Budget;

/// <summary>A dataset's budget in ε, at the δ of its total.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="TotalEpsilon">ε that all runs together may cost.</param>
/// <param name="Delta">δ at which every ε here is stated.</param>
/// <param name="SpentEpsilon">ε of all releases made.</param>
/// <param name="CommittedEpsilon">ε of all releases made and of what running runs hold in reserve.</param>
/// <param name="RemainingEpsilon">ε that a single further run could cost; Gaussian releases add up in μ², so this is more than total less committed.</param>
/// <param name="Runs">The runs, in the order of their reservation.</param>
internal sealed record BudgetReport(
    string Dataset, double TotalEpsilon, double Delta, double SpentEpsilon, double CommittedEpsilon, double RemainingEpsilon,
    IReadOnlyList<RunShare> Runs)
{
    /// <summary>Translates the ledger's μ² into ε.</summary>
    public static BudgetReport Of(DatasetBudget budget)
    {
        double EpsilonOf(double muSquared) => GaussianAccountant.Epsilon(Math.Sqrt(muSquared), budget.TotalDelta);
        var spent = budget.Runs.Sum(run => run.SpentMuSquared);
        var committed = budget.Runs.Sum(run => run.Closed ? run.SpentMuSquared : Math.Max(run.ReservedMuSquared, run.SpentMuSquared));
        var totalMu = GaussianAccountant.Mu(budget.TotalEpsilon, budget.TotalDelta);
        return new BudgetReport(
            budget.Dataset,
            budget.TotalEpsilon,
            budget.TotalDelta,
            EpsilonOf(spent),
            EpsilonOf(committed),
            EpsilonOf(Math.Max(0, (totalMu * totalMu) - committed)),
            [.. budget.Runs.Select(run => new RunShare(run.RunId, EpsilonOf(run.SpentMuSquared), run.Releases.Count, run.Closed))]);
    }

    /// <summary>Whether a further run of (ε, δ) fits beside everything spent and reserved; the ledger decides again when the run is planned.</summary>
    public bool Admits(double epsilon, double delta)
    {
        double SquaredMu(double e, double d) => Math.Pow(GaussianAccountant.Mu(e, d), 2);
        var committed = CommittedEpsilon > 0 ? SquaredMu(CommittedEpsilon, Delta) : 0;
        return committed + SquaredMu(epsilon, delta) <= SquaredMu(TotalEpsilon, Delta);
    }

    /// <summary>The report in words.</summary>
    public string Describe()
    {
        var figures = TextTable.DrawPairs(
        [
            ("dataset", Dataset),
            ("total", $"ε {Figures.Epsilon(TotalEpsilon)} at δ {Figures.Delta(Delta)}"),
            ("spent", $"ε {Figures.Epsilon(SpentEpsilon)}"),
            ("reserved", CommittedEpsilon > SpentEpsilon ? $"ε {Figures.Epsilon(CommittedEpsilon)} with what running runs hold" : null),
            ("left", $"ε {Figures.Epsilon(RemainingEpsilon)} for a single further run"),
        ]);
        var runs = TextTable.Draw(
            ["RUN", "SPENT", "RELEASES", "STATE"],
            Runs.Select(run => (string[])[run.RunId, $"ε {Figures.Epsilon(run.SpentEpsilon)}", Figures.Count(run.Releases), run.Closed ? "over" : "running"]));
        return Runs.Count == 0 ? figures : $"{figures}{Environment.NewLine}{Environment.NewLine}{runs}";
    }
}

/// <summary>One run's share.</summary>
/// <param name="RunId">The run.</param>
/// <param name="SpentEpsilon">ε of its releases alone.</param>
/// <param name="Releases">How many releases it made.</param>
/// <param name="Closed">Whether it is over.</param>
internal sealed record RunShare(string RunId, double SpentEpsilon, int Releases, bool Closed);
