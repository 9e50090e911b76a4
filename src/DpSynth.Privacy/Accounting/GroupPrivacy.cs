using DpSynth.Privacy.Accounting.LossDistributions;

namespace DpSynth.Privacy.Accounting;

/// <summary>What a guarantee for one unit says about several units together.</summary>
public static class GroupPrivacy
{
    /// <summary>
    /// The guarantee for g units of any (ε, δ)-DP mechanism: g·ε and δ·(e^(gε) − 1)/(e^ε − 1) (Vadhan 2017, lemma 7.2.2).
    /// </summary>
    /// <param name="epsilon">ε for one unit in nats, at least 0 and finite.</param>
    /// <param name="delta">δ for one unit, inside (0, 1).</param>
    /// <param name="units">g, at least 1.</param>
    /// <returns>ε of the group, and ln δ of the group: above 0 it says nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static (double Epsilon, double LogDelta) Of(double epsilon, double delta, int units)
    {
        Require.NonNegative(epsilon);
        Require.Probability(delta);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        var growth = epsilon == 0
            ? Math.Log(units)
            : Exponentials.LogMinusOne(units * epsilon) - Exponentials.LogMinusOne(epsilon);
        return (units * epsilon, Math.Log(delta) + growth);
    }

    /// <summary>μ of g units under Gaussian differential privacy: g·μ, exactly (arXiv 1905.02383, theorem 2.14).</summary>
    /// <param name="mu">μ for one unit, at least 0 and finite.</param>
    /// <param name="units">g, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double Mu(double mu, int units)
    {
        Require.NonNegative(mu);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        return mu * units;
    }
}
