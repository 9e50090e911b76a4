namespace DpSynth.Privacy.Auditing;

/// <summary>
/// What an attacker achieved on a single run with canaries, each of them included by a fair coin of its own, and what that refutes
/// (Steinke, Nasr and Jagielski 2023, arXiv 2305.08846).
/// </summary>
/// <param name="Canaries">m, at least 1.</param>
/// <param name="Guesses">r: of how many canaries it was guessed whether they are included; at most m.</param>
/// <param name="Correct">v: how many guesses were right; at most r.</param>
public readonly record struct OneRunAudit(int Canaries, int Guesses, int Correct)
{
    private const double Step = 1.0 / 64;

    /// <summary>
    /// An upper bound on the probability of at least v right guesses against an (ε, δ)-DP run (theorem 5.2): β + 2·m·δ·α, where W is
    /// binomial with r trials of probability e^ε/(1 + e^ε), β = P[W ≥ v] and α = max over i of P[v − i ≤ W &lt; v] / i.
    /// </summary>
    /// <param name="epsilon">ε, at least 0 and finite.</param>
    /// <param name="delta">δ, inside [0, 1).</param>
    /// <returns>At most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// ε or δ is out of range, or the numbers of canaries, guesses and right guesses are not possible together.
    /// </exception>
    public double PValue(double epsilon, double delta)
    {
        Require.NonNegative(epsilon);
        if (!(delta is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "delta must lie inside [0, 1).");
        }

        if (Canaries < 1 || Guesses < 0 || Correct < 0 || Guesses > Canaries || Correct > Guesses)
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), $"{Correct} right ones of {Guesses} guesses about {Canaries} canaries are not possible.");
        }

        var accuracy = 1 / (1 + Math.Exp(-epsilon));
        var beta = Math.Exp(BetaDistribution.LogBinomialTail(Correct, Guesses, accuracy));
        double alpha = 0;
        double sum = 0;
        for (var i = 1; delta > 0 && i <= Correct; i++)
        {
            sum += accuracy < 1 ? Math.Exp(BetaDistribution.LogBinomialMass(Correct - i, Guesses, accuracy)) : 0;
            alpha = Math.Max(alpha, sum / i);
        }

        return Math.Min(1, beta + (2.0 * Canaries * delta * alpha));
    }

    /// <summary>The largest ε such that it and all smaller ones are refuted at a level: a lower bound on the run's ε.</summary>
    /// <param name="delta">δ, inside [0, 1).</param>
    /// <param name="alpha">Chance at most that the bound is wrong, inside (0, 1).</param>
    /// <returns>In nats, at least 0, to 1e-12.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// δ or α is out of range, or the numbers of canaries, guesses and right guesses are not possible together.
    /// </exception>
    public double EpsilonLowerBound(double delta, double alpha)
    {
        Require.Probability(alpha);
        if (PValue(0, delta) > alpha)
        {
            return 0;
        }

        // Upwards, so that it is the first crossing: only then are all smaller ε refuted too.
        double lower = 0;
        while (PValue(lower + Step, delta) <= alpha)
        {
            lower += Step;
        }

        var upper = lower + Step;
        while (upper - lower > 1e-12)
        {
            var middle = (lower + upper) / 2;
            (lower, upper) = PValue(middle, delta) <= alpha ? (middle, upper) : (lower, middle);
        }

        return lower;
    }
}
