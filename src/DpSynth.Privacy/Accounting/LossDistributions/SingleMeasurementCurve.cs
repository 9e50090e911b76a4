namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The curve of a single measurement, from its closed form.</summary>
/// <param name="upper">A law whose curve is not below the true one.</param>
/// <param name="lower">A law whose curve is not above it; often the same.</param>
internal sealed class SingleMeasurementCurve(PrivacyLoss upper, PrivacyLoss lower) : DeltaCurve
{
    private const double MaxEpsilon = 1e15;

    /// <summary>What the positions of atoms have lost by rounding, relative.</summary>
    private const double Rounding = 1e-15;

    internal override double LogUpper(double epsilon) => Math.Min(0, Slack(upper.LogDelta(epsilon * (1 - Rounding)), 1));

    internal override double LogLower(double epsilon) => Slack(lower.LogDelta(epsilon * (1 + Rounding)), -1);

    internal override double UpperEpsilon(double logDelta)
    {
        (_, var high) = Bracket(logDelta, LogUpper);
        return high;
    }

    internal override double LowerEpsilon(double logDelta)
    {
        (var low, _) = Bracket(logDelta, LogLower);
        return low;
    }

    /// <summary>Allows for rounding, which grows with the size of the exponents.</summary>
    private static double Slack(double logDelta, int sign) => logDelta + (sign * 1e-13 * (8 + Math.Abs(logDelta)));

    private static (double Low, double High) Bracket(double logDelta, Func<double, double> curve)
    {
        if (curve(0) <= logDelta)
        {
            return (0, 0);
        }

        double low = 0;
        double high = 1;
        while (curve(high) > logDelta)
        {
            low = high;
            high *= 2;
            if (high > MaxEpsilon)
            {
                return (low, double.PositiveInfinity);
            }
        }

        while (high - low > 1e-15 * high)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high)
            {
                break;
            }

            (low, high) = curve(middle) > logDelta ? (middle, high) : (low, middle);
        }

        return (low, high);
    }
}
