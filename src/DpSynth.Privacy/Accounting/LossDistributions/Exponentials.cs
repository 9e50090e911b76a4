namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Exponentials near 1, with full relative accuracy of what is left after subtracting 1.</summary>
internal static class Exponentials
{
    /// <summary>e^x − 1; <c>double.ExpM1</c> subtracts after rounding and has no digits left near 0.</summary>
    internal static double MinusOne(double x)
    {
        if (Math.Abs(x) < 0.01)
        {
            return x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4 * (1 + (x / 5 * (1 + (x / 6 * (1 + (x / 7))))))))))));
        }

        // The rounding of e^x is undone by the quotient (Kahan).
        var u = Math.Exp(x);
        var difference = u - 1;
        return difference is -1 or double.PositiveInfinity || x > 40 ? difference : difference * x / Math.Log(u);
    }

    /// <summary>ln(e^x − 1) for x above 0, without overflow.</summary>
    internal static double LogMinusOne(double x) =>
        x > 30 ? x + NormalDistribution.LogOnePlus(-Math.Exp(-x)) : Math.Log(MinusOne(x));

    /// <summary>ln(e^a + e^b) without overflow; −∞ stands for 0.</summary>
    internal static double LogSum(double a, double b)
    {
        (var low, var high) = a < b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(low) ? high : high + NormalDistribution.LogOnePlus(Math.Exp(low - high));
    }
}
