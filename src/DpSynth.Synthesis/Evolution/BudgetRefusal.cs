using System.Globalization;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Budgets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Why a run does not fit a dataset's budget, for people.</summary>
internal static class BudgetRefusal
{
    /// <summary>
    /// How far a run may seem to go beyond what is left before it is refused without asking the ledger: what is left is stated for
    /// Gaussian noise and rounded.
    /// </summary>
    private const double Tolerance = 1.01;

    /// <summary>One sentence: what is left, what was asked for.</summary>
    public static string Describe(RunRequest request, double delta, PrivacyBudget budget) => string.Create(
        CultureInfo.InvariantCulture,
        $"The dataset '{request.Dataset}' has a budget of ε = {budget.CapEpsilon:0.####} at δ = {budget.CapDelta:0.##e+0}, of which at most ε = {budget.RemainingEpsilon:0.####} is left; a run of ε = {request.Epsilon:0.####} at δ = {delta:0.##e+0} goes beyond it: ask for less, or have the owner raise the budget.");

    /// <summary>One sentence: what noisy class counts cost although the run ended.</summary>
    public static string DescribeCost(double epsilon, double delta) => string.Create(
        CultureInfo.InvariantCulture, $"The noisy class counts released before that cost ε = {epsilon:0.####} at δ = {delta:0.##e+0}.");

    /// <summary>Whether a budget as it stands clearly does not admit releases; only the ledger can say that it does.</summary>
    public static bool IsCertain(PrivacyBudget budget, IReadOnlyCollection<PrivacyEvent> releases) =>
        budget.RemainingEpsilon <= 0
        || PrivacyAccountant.Epsilon(releases, budget.CapDelta).Epsilon > Tolerance * budget.RemainingEpsilon;
}
