using System.Globalization;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Why a run does not fit a dataset's budget, for people.</summary>
internal static class BudgetRefusal
{
    /// <summary>One sentence: what is left, what was asked for.</summary>
    public static string Describe(RunRequest request, double delta, PrivacyBudget budget) => string.Create(
        CultureInfo.InvariantCulture,
        $"The dataset '{request.Dataset}' has a budget of ε = {budget.CapEpsilon:0.####} at δ = {budget.CapDelta:0.##e+0}, "
            + $"of which at most ε = {budget.RemainingEpsilon:0.####} is left; a run of ε = {request.Epsilon:0.####} at δ = {delta:0.##e+0} goes beyond it: "
            + $"ask for less, or have the owner raise the budget.");

    /// <summary>One sentence: what noisy class counts cost although the run ended.</summary>
    public static string DescribeCost(double epsilon, double delta) => string.Create(
        CultureInfo.InvariantCulture, $"The noisy class counts measured before that cost ε = {epsilon:0.####} at δ = {delta:0.##e+0}.");
}
