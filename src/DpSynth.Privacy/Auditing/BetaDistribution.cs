namespace DpSynth.Privacy.Auditing;

/// <summary>The regularised incomplete beta function in logarithms, and through it the tails of binomial laws.</summary>
/// <remarks>
/// NIST Digital Library of Mathematical Functions: the continued fraction 8.17.22, by Lentz's method; the complement 8.17.4; binomial tails by
/// 8.17.5; Stirling's series 5.11.1.
/// </remarks>
internal static class BetaDistribution
{
    private const double LogSqrtTwoPi = 0.91893853320467274178;

    private const int MaxTerms = 1_000_000;

    /// <summary>ln I_x(a, b), the logarithm of the distribution function of Beta(a, b).</summary>
    /// <param name="x">Inside [0, 1].</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double LogCdf(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? double.NegativeInfinity : 0;
        }

        // The continued fraction converges fast on this side of the mean; the other side is the complement.
        return x <= (a + 1) / (a + b + 2)
            ? LogLowerTail(x, a, b)
            : NormalDistribution.LogOnePlus(-Math.Exp(LogLowerTail(1 - x, b, a)));
    }

    /// <summary>ln P[X ≥ successes] for X binomial.</summary>
    public static double LogBinomialTail(long successes, long trials, double probability) =>
        successes <= 0 ? 0
        : successes > trials ? double.NegativeInfinity
        : LogCdf(probability, successes, trials - successes + 1.0);

    /// <summary>ln P[X = successes] for X binomial.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">n.</param>
    /// <param name="probability">Inside (0, 1).</param>
    public static double LogBinomialMass(long successes, long trials, double probability) =>
        LogGamma(trials + 1.0) - LogGamma(successes + 1.0) - LogGamma(trials - successes + 1.0)
        + (successes * Math.Log(probability)) + ((trials - successes) * NormalDistribution.LogOnePlus(-probability));

    /// <summary>x^a·(1−x)^b / (a·B(a, b)) times the continued fraction of Lentz, all in logarithms.</summary>
    private static double LogLowerTail(double x, double a, double b)
    {
        var front = (a * Math.Log(x)) + (b * NormalDistribution.LogOnePlus(-x))
            + LogGamma(a + b) - LogGamma(a) - LogGamma(b) - Math.Log(a);
        double c = 1;
        var d = 1 / (1 - ((a + b) * x / (a + 1)));
        var fraction = d;
        for (var m = 1; m <= MaxTerms; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / (1 + (even * d));
            c = 1 + (even / c);
            fraction *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / (1 + (odd * d));
            c = 1 + (odd / c);
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-16)
            {
                return front + Math.Log(fraction);
            }
        }

        throw new ArithmeticException("The incomplete beta function did not converge.");
    }

    /// <summary>ln Γ(x) for x above 0: Stirling's series beyond 15, by the recurrence below.</summary>
    private static double LogGamma(double x)
    {
        double product = 1;
        for (; x < 15; x++)
        {
            product *= x;
        }

        var inverse = 1 / (x * x);
        var series = ((((((((-1.0 / 360360 * 691 * inverse) + (1.0 / 1188)) * inverse) - (1.0 / 1680)) * inverse) + (1.0 / 1260)) * inverse)
            - (1.0 / 360)) * inverse;
        return ((x - 0.5) * Math.Log(x)) - x + LogSqrtTwoPi + ((series + (1.0 / 12)) / x) - Math.Log(product);
    }
}
