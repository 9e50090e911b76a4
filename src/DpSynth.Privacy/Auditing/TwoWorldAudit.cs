namespace DpSynth.Privacy.Auditing;

/// <summary>
/// What an attacker achieved who was to tell outputs of two neighbouring inputs apart, and what that refutes. Every bound holds with
/// probability at least 1 − α, whatever the mechanism: each of the two error rates is bounded at 1 − α/2.
/// </summary>
/// <param name="FalsePositives">Outputs without the unit that were taken for outputs with it.</param>
/// <param name="FalseNegatives">Outputs with the unit that were taken for outputs without it.</param>
/// <param name="TrialsPerWorld">Outputs of each kind, at least 1.</param>
public readonly record struct TwoWorldAudit(long FalsePositives, long FalseNegatives, long TrialsPerWorld)
{
    /// <summary>
    /// A lower bound on ε of any mechanism: an (ε, δ)-DP one has FNR ≥ (1 − δ − FPR)·e^−ε and the reverse (Kairouz, Oh, Viswanath 2015).
    /// </summary>
    /// <param name="delta">δ, inside [0, 1).</param>
    /// <param name="alpha">Chance at most that the bound is wrong, inside (0, 1).</param>
    /// <returns>In nats, at least 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An argument is out of range, there are no trials, or a number of errors is negative or above that of the trials.
    /// </exception>
    public double EpsilonLowerBound(double delta, double alpha)
    {
        if (!(delta is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "delta must lie inside [0, 1).");
        }

        (var falsePositive, var falseNegative) = UpperRates(alpha);
        return Math.Max(0, Math.Max(
            LogRatio(1 - delta - falsePositive, falseNegative),
            LogRatio(1 - delta - falseNegative, falsePositive)));
    }

    /// <summary>
    /// A lower bound on μ of a mechanism that claims μ-Gaussian DP: such a one has Φ⁻¹(1 − FPR) − Φ⁻¹(FNR) ≤ μ at every threshold, so
    /// that the steep middle of the curve can be tested (arXiv 2302.07956). Far tighter than <see cref="EpsilonLowerBound"/>.
    /// </summary>
    /// <inheritdoc cref="EpsilonLowerBound"/>
    public double MuLowerBound(double alpha)
    {
        (var falsePositive, var falseNegative) = UpperRates(alpha);
        var mu = -NormalQuantile(falsePositive) - NormalQuantile(falseNegative);
        return double.IsNaN(mu) ? 0 : Math.Max(0, mu);
    }

    /// <summary>ε at δ of the Gaussian mechanism with the <see cref="MuLowerBound"/>.</summary>
    /// <inheritdoc cref="EpsilonLowerBound"/>
    public double GaussianEpsilonLowerBound(double delta, double alpha) => GaussianAccountant.Epsilon(MuLowerBound(alpha), delta);

    private (double FalsePositive, double FalseNegative) UpperRates(double alpha)
    {
        Require.Probability(alpha);
        return (ClopperPearson.Upper(FalsePositives, TrialsPerWorld, 1 - (alpha / 2)), ClopperPearson.Upper(FalseNegatives, TrialsPerWorld, 1 - (alpha / 2)));
    }

    private static double LogRatio(double numerator, double denominator) =>
        numerator <= 0 ? double.NegativeInfinity : Math.Log(numerator / denominator);

    /// <summary>Φ⁻¹(p), +∞ at 1.</summary>
    private static double NormalQuantile(double p)
    {
        if (p >= 1)
        {
            return double.PositiveInfinity;
        }

        // ln Φ keeps its relative accuracy below 0; above, symmetry takes over.
        if (p > 0.5)
        {
            return -NormalQuantile(1 - p);
        }

        (double lower, var upper) = (-40, 0.0);
        var target = Math.Log(p);
        while (true)
        {
            var middle = (lower + upper) / 2;
            if (middle <= lower || middle >= upper)
            {
                return upper;
            }

            (lower, upper) = NormalDistribution.LogCdf(middle) < target ? (middle, upper) : (lower, middle);
        }
    }
}
