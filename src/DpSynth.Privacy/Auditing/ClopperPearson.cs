namespace DpSynth.Privacy.Auditing;

/// <summary>Exact one-sided confidence bounds on a probability from trials (Clopper and Pearson, Biometrika 1934).</summary>
public static class ClopperPearson
{
    /// <summary>The largest p not refuted: P[X ≤ successes | p] = 1 − confidence; 1 if every trial succeeded.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">One-sided, inside (0, 1).</param>
    /// <returns>Inside [0, 1], rounded outward to a neighbouring double of the bisection.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double Upper(long successes, long trials, double confidence)
    {
        Check(successes, trials, confidence);
        var logMiss = NormalDistribution.LogOnePlus(-confidence);

        // P[X ≤ k | p] = 1 − I_p(k + 1, n − k) falls in p.
        return successes == trials ? 1 : Bisect(p => BetaDistribution.LogCdf(1 - p, trials - successes, successes + 1.0) > logMiss).Upper;
    }

    /// <summary>The smallest p not refuted: P[X ≥ successes | p] = 1 − confidence; 0 if no trial succeeded.</summary>
    /// <inheritdoc cref="Upper"/>
    public static double Lower(long successes, long trials, double confidence)
    {
        Check(successes, trials, confidence);
        var logMiss = NormalDistribution.LogOnePlus(-confidence);
        return successes == 0 ? 0 : Bisect(p => BetaDistribution.LogBinomialTail(successes, trials, p) < logMiss).Lower;
    }

    private static void Check(long successes, long trials, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        Require.Probability(confidence);
    }

    /// <summary>Halves [0, 1] until its ends are neighbouring doubles; the predicate holds at the lower end.</summary>
    private static (double Lower, double Upper) Bisect(Func<double, bool> holds)
    {
        (double lower, double upper) = (0, 1);
        while (true)
        {
            var middle = (lower + upper) / 2;
            if (middle <= lower || middle >= upper)
            {
                return (lower, upper);
            }

            (lower, upper) = holds(middle) ? (middle, upper) : (lower, middle);
        }
    }
}
