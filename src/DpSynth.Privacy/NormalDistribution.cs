namespace DpSynth.Privacy;

/// <summary>
/// The standard normal distribution in forms that keep their relative accuracy where the plain ones overflow, underflow or cancel.
/// </summary>
/// <remarks>
/// Abramowitz and Stegun, Handbook of Mathematical Functions: the Mills ratio by its continued fraction (26.2.14) and its series (26.2.11),
/// erf by its series (7.1.5).
/// </remarks>
public static class NormalDistribution
{
    /// <summary>ln √(2π).</summary>
    private const double LogSqrtTwoPi = 0.91893853320467274178;

    private const double SqrtHalfPi = 1.2533141373155002512;

    private const int ContinuedFractionDepth = 100;

    /// <summary>Φ(x), the distribution function, in [0, 1]; 0 where it underflows, near −38.5.</summary>
    /// <param name="x">Any number, also ±∞.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="x"/> is NaN.</exception>
    public static double Cdf(double x) => Math.Exp(LogCdf(x));

    /// <summary>
    /// ln Φ(x), with relative accuracy everywhere: Φ underflows near x = −37.5, its logarithm does not; 1 − Φ is lost near x = 8.3,
    /// the logarithm keeps it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="x"/> is NaN.</exception>
    public static double LogCdf(double x)
    {
        Require.NotNaN(x);
        if (x < 0)
        {
            return double.IsNegativeInfinity(x) ? x : LogDensity(x) + Math.Log(MillsRatio(-x));
        }

        return LogOnePlus(-Math.Exp(LogDensity(x)) * MillsRatio(x));
    }

    /// <summary>ln erfc(x) = ln 2 + ln Φ(−x√2).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="x"/> is NaN.</exception>
    public static double LogErfc(double x)
    {
        Require.NotNaN(x);

        // erfc(x) = 1 − erf(x) is close to 1 here, and so its logarithm is close to 0: ln 2 + ln Φ would cancel.
        if (Math.Abs(x) < 0.5)
        {
            return LogOnePlus(-Erf(x));
        }

        return Math.Log(2) + LogCdf(-x * Math.Sqrt(2));
    }

    /// <summary>ln φ(x), φ the density.</summary>
    internal static double LogDensity(double x) => (-x * x / 2) - LogSqrtTwoPi;

    /// <summary>ln(1 + x) with full relative accuracy near 0, which <c>double.LogP1</c> does not have.</summary>
    /// <param name="x">At least −1.</param>
    internal static double LogOnePlus(double x)
    {
        // The rounding of 1 + x is undone by the quotient (Kahan): ln u / (u − 1) hardly changes where u rounds.
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>The Mills ratio R(z) = (1 − Φ(z)) / φ(z).</summary>
    /// <param name="z">Above −37, below which 1/φ overflows.</param>
    internal static double MillsRatio(double z) => z >= 2 ? 1 / (z + ContinuedFraction(z)) : MillsSeries(z);

    /// <summary>−R′(z) = 1 − z·R(z), above 0 for every z.</summary>
    /// <param name="z">As for <see cref="MillsRatio"/>.</param>
    internal static double MillsRatioDecline(double z)
    {
        if (z < 2)
        {
            return 1 - (z * MillsSeries(z));
        }

        // With R = 1/(z + K) the difference is K/(z + K), free of cancellation.
        var k = ContinuedFraction(z);
        return k / (z + k);
    }

    /// <summary>The tail K of R(z) = 1/(z + K): 1/(z + 2/(z + 3/(z + …))).</summary>
    private static double ContinuedFraction(double z)
    {
        var t = z;
        // k runs from 100 down to 2.
        unchecked
        {
            for (var k = ContinuedFractionDepth; k >= 2; k--)
            {
                t = z + (k / t);
            }
        }

        return 1 / t;
    }

    /// <summary>R(z) = √(π/2)·exp(z²/2) − Σ z^(2k+1)/(2k+1)!!, for z below 2.</summary>
    private static double MillsSeries(double z)
    {
        var term = z;
        var sum = z;
        for (var k = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); k++)
        {
            term *= z * z / ((2 * k) + 1);
            sum += term;
        }

        return (SqrtHalfPi * Math.Exp(z * z / 2)) - sum;
    }

    /// <summary>erf(x) = 2/√π · Σ (−1)^k x^(2k+1) / (k!·(2k+1)), for small x.</summary>
    private static double Erf(double x)
    {
        var power = x;
        var sum = x;
        for (var k = 1; Math.Abs(power) > 1e-18 * Math.Abs(sum); k++)
        {
            power *= -x * x / k;
            sum += power / ((2 * k) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
