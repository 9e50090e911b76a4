namespace DpSynth.Privacy;

/// <summary>
/// Exact accounting of the Gaussian mechanism under add/remove adjacency: one unit is present in one input and absent from the other.
/// </summary>
/// <remarks>
/// <para>
/// A measurement with noise multiplier σ (standard deviation ÷ L2 sensitivity, dimensionless) is μ-Gaussian-DP with μ = 1/σ, and
/// adaptive measurements compose to μ = √(Σ μ_t²) exactly (arXiv 1905.02383, corollary 3.3). With Φ the normal distribution function,
/// δ(ε; μ) = Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ) (arXiv 1805.06530, theorem 8). ε is in nats.
/// </para>
/// <para>
/// Everything is computed in logarithms, so nothing overflows where e^ε does. <see cref="LogDelta"/> is an estimate good to
/// rounding; the inversions (<see cref="Epsilon"/>, <see cref="Mu"/>, <see cref="NoiseMultiplier"/>) allow for that rounding and
/// return the private end of the last bracket: an ε never too small, a μ never too large, a σ never too small. What cannot be
/// computed throws; no method returns NaN.
/// </para>
/// </remarks>
public static class GaussianAccountant
{
    /// <summary>Below this μ the difference of Mills ratios is integrated instead of subtracted.</summary>
    private const double SmallMu = 0.2;

    /// <summary>2⁻⁵³, the relative error of one rounding.</summary>
    private const double UnitRoundoff = 1.1102230246251565e-16;

    /// <summary>ln δ(ε; μ): −∞ where μ is 0.</summary>
    /// <param name="epsilon">ε in nats, at least 0 and finite.</param>
    /// <param name="mu">μ of the whole composition, at least 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is NaN, infinite or negative.</exception>
    public static double LogDelta(double epsilon, double mu)
    {
        Require.NonNegative(epsilon);
        Require.NonNegative(mu);
        var z1 = (epsilon / mu) - (mu / 2);
        var z2 = (epsilon / mu) + (mu / 2);
        if (mu == 0 || double.IsPositiveInfinity(z1))
        {
            return double.NegativeInfinity;
        }

        // e^ε·φ(z2) = φ(z1), hence δ = φ(z1)·(R(z1) − R(z2)) with R the Mills ratio: the exponential is gone.
        if (mu <= SmallMu)
        {
            return NormalDistribution.LogDensity(z1) + Math.Log(IntegratedDecline(epsilon / mu, mu / 2));
        }

        if (z1 >= 0)
        {
            return NormalDistribution.LogDensity(z1) + Math.Log(NormalDistribution.MillsRatio(z1) - NormalDistribution.MillsRatio(z2));
        }

        var density = Math.Exp(NormalDistribution.LogDensity(z1));
        return NormalDistribution.LogOnePlus(-density * (NormalDistribution.MillsRatio(-z1) + NormalDistribution.MillsRatio(z2)));
    }

    /// <summary>δ(ε; μ), inside [0, 1]; 0 where the double underflows.</summary>
    /// <inheritdoc cref="LogDelta"/>
    public static double Delta(double epsilon, double mu) => Math.Exp(LogDelta(epsilon, mu));

    /// <summary>The smallest ε ≥ 0 with δ(ε; μ) ≤ δ.</summary>
    /// <param name="mu">μ of the whole composition, at least 0 and finite.</param>
    /// <param name="delta">δ of the whole composition, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range, or ε would be beyond the doubles.</exception>
    public static double Epsilon(double mu, double delta)
    {
        Require.NonNegative(mu);
        Require.Probability(delta);
        var logDelta = Math.Log(delta);
        if (UpperLogDelta(0, mu) <= logDelta)
        {
            return 0;
        }

        var upper = (mu * mu / 2) + (mu * Math.Sqrt(-2 * logDelta));
        while (double.IsFinite(upper) && UpperLogDelta(upper, mu) > logDelta)
        {
            upper *= 1 + 1e-9;
        }

        if (!double.IsFinite(upper))
        {
            throw new ArgumentOutOfRangeException(nameof(mu), mu, "mu is so large that epsilon is beyond the range of a double.");
        }

        return Bisect(0, upper, epsilon => UpperLogDelta(epsilon, mu) > logDelta).Upper;
    }

    /// <summary>The largest μ with δ(ε; μ) ≤ δ: what a composition may spend in all.</summary>
    /// <param name="epsilon">ε in nats, at least 0 and finite.</param>
    /// <param name="delta">δ, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range, or no double μ satisfies it.</exception>
    public static double Mu(double epsilon, double delta)
    {
        Require.NonNegative(epsilon);
        Require.Probability(delta);
        var logDelta = Math.Log(delta);
        // Two error bounds more than Epsilon asks for, so that the ε of this μ never comes back above the ε asked for.
        bool Admits(double mu) => UpperLogDelta(epsilon, mu, errorBounds: 3) <= logDelta;


        double lower = 1;
        while (!Admits(lower))
        {
            lower /= 2;
        }

        var upper = 2 * lower;
        while (double.IsFinite(upper) && Admits(upper))
        {
            lower = upper;
            upper *= 2;
        }

        if (lower == 0 || !double.IsFinite(upper))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), delta, $"No Gaussian mechanism within the range of a double has epsilon {epsilon} at this delta.");
        }

        return Bisect(lower, upper, Admits).Lower;
    }

    /// <summary>The smallest noise multiplier σ with which <paramref name="steps"/> measurements are (ε, δ)-DP together.</summary>
    /// <param name="epsilon">ε in nats of the whole composition, at least 0 and finite.</param>
    /// <param name="delta">δ of the whole composition, inside (0, 1).</param>
    /// <param name="steps">Number of adaptive measurements, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double NoiseMultiplier(double epsilon, double delta, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Outward(Math.Sqrt(steps) / Mu(epsilon, delta), steps);
    }

    /// <summary>
    /// Noise multipliers σ_t of an uneven schedule that is (ε, δ)-DP as a whole: 1/σ_t² ∝ w_t, Σ 1/σ_t² = μ².
    /// </summary>
    /// <param name="epsilon">ε in nats of the whole composition, at least 0 and finite.</param>
    /// <param name="delta">δ of the whole composition, inside (0, 1).</param>
    /// <param name="weights">Relative shares w_t of the budget, one a measurement; each above 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε, δ or a weight is out of range.</exception>
    /// <exception cref="ArgumentException">There are no weights, or they differ by more than the range of a double.</exception>
    public static double[] NoiseMultipliers(double epsilon, double delta, ReadOnlySpan<double> weights)
    {
        if (weights.IsEmpty)
        {
            throw new ArgumentException("A schedule needs at least one weight.", nameof(weights));
        }

        double largest = 0;
        foreach (var weight in weights)
        {
            Require.Positive(weight, nameof(weights));
            largest = Math.Max(largest, weight);
        }

        double total = 0;
        foreach (var weight in weights)
        {
            total += weight / largest;
        }

        var mu = Mu(epsilon, delta);
        var multipliers = new double[weights.Length];
        for (var t = 0; t < weights.Length; t++)
        {
            multipliers[t] = Outward(Math.Sqrt(total / (weights[t] / largest)) / mu, weights.Length);
            if (!double.IsFinite(multipliers[t]))
            {
                throw new ArgumentException($"Weight {t} is too small beside the largest one.", nameof(weights));
            }
        }

        return multipliers;
    }

    /// <summary>μ of measurements with the given noise multipliers together: √(Σ 1/σ_t²); 0 for none.</summary>
    /// <param name="noiseMultipliers">One a measurement; each above 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A noise multiplier is out of range, or so small that μ overflows.</exception>
    public static double Compose(ReadOnlySpan<double> noiseMultipliers)
    {
        double sum = 0;
        foreach (var sigma in noiseMultipliers)
        {
            Require.Positive(sigma, nameof(noiseMultipliers));
            sum += 1 / sigma / sigma;
        }

        return double.IsFinite(sum)
            ? Math.Sqrt(sum)
            : throw new ArgumentOutOfRangeException(nameof(noiseMultipliers), "A noise multiplier is so small that mu overflows.");
    }

    /// <summary>ln δ with bounds of its rounding error added, so that "≤ ln δ" means it.</summary>
    private static double UpperLogDelta(double epsilon, double mu, int errorBounds = 1)
    {
        var estimate = LogDelta(epsilon, mu);
        var z2 = (epsilon / mu) + (mu / 2);
        var z1 = Math.Abs((epsilon / mu) - (mu / 2));

        // z1 carries a few roundings of z2 and ln φ(z1) multiplies them by z1; the difference of Mills ratios magnifies roundings
        // by up to 500 at the smallest μ it is used for.
        return double.IsFinite(estimate) ? estimate + (errorBounds * 1024 * UnitRoundoff * (1 + z1) * (1 + z2)) : estimate;
    }

    /// <summary>
    /// R(centre − half) − R(centre + half), as the integral of −R′ by the 5-point Gauss-Legendre rule: exact to rounding for so
    /// short an interval.
    /// </summary>
    private static double IntegratedDecline(double centre, double half)
    {
        const double OuterNode = 0.90617984593866399280;
        const double InnerNode = 0.53846931010568309104;
        const double OuterWeight = 0.23692688505618908751;
        const double InnerWeight = 0.47862867049936646804;
        const double CentreWeight = 0.56888888888888888889;

        double At(double node) => NormalDistribution.MillsRatioDecline(centre + (half * node));

        return half * ((OuterWeight * (At(-OuterNode) + At(OuterNode)))
            + (InnerWeight * (At(-InnerNode) + At(InnerNode)))
            + (CentreWeight * At(0)));
    }

    /// <summary>Raises a noise multiplier by more than the roundings of its own computation and of a sum over the schedule.</summary>
    private static double Outward(double noiseMultiplier, int steps) => noiseMultiplier * (1 + ((steps + 8) * UnitRoundoff));

    /// <summary>Halves [lower, upper] until its ends are neighbouring doubles; the predicate holds at lower and not at upper.</summary>
    private static (double Lower, double Upper) Bisect(double lower, double upper, Func<double, bool> holds)
    {
        while (true)
        {
            var middle = lower + ((upper - lower) / 2);
            if (middle <= lower || middle >= upper)
            {
                return (lower, upper);
            }

            if (holds(middle))
            {
                lower = middle;
            }
            else
            {
                upper = middle;
            }
        }
    }
}
