namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>
/// Noise N_Z(0, σ²) on a whole number that changes by D: the loss at x is D·(x + D/2)/σ², on a lattice. Symmetric.
/// </summary>
/// <param name="sigmaSquared">σ², above 0.</param>
/// <param name="sensitivity">D, at least 1.</param>
internal sealed class DiscreteGaussianLoss(double sigmaSquared, double sensitivity) : PrivacyLoss
{
    private readonly double _logTotal = LogTheta(sigmaSquared, 0);

    internal override double Spacing { get; } = sensitivity / sigmaSquared;

    internal override double Origin { get; } = sensitivity * sensitivity / sigmaSquared / 2;

    internal override bool IsLattice => true;

    internal override double LogMoment(double theta) =>
        (theta * (theta + 1) * Origin) + LogTheta(sigmaSquared, theta * sensitivity) - _logTotal;

    internal override double LogDelta(double epsilon)
    {
        var first = Math.Floor(((epsilon - Origin) / Spacing) + 1e-9) + 1;
        var largest = LogMass(Math.Max(0, first));
        double sum = 0;
        for (var x = first; ; x++)
        {
            var term = Math.Exp(LogMass(x) - largest) * -Exponentials.MinusOne(Math.Min(0, epsilon - Origin - (x * Spacing)));
            sum += term;
            if (x > 0 && term < 1e-18 * sum && LogMass(x) < largest - 40)
            {
                return sum > 0 ? largest + Math.Log(sum) : double.NegativeInfinity;
            }
        }
    }

    internal override void PutOn(MeshedLossBuilder builder)
    {
        // Tilting moves the noise by θD.
        (var low, var high) = Positions(builder.Mesh, builder.LogScale);
        var ratio = Spacing / builder.Mesh.Interval;
        var aligned = builder.Origin == Origin && Math.Abs(ratio - Math.Round(ratio)) < 1e-9;
        for (var x = low; x <= high; x++)
        {
            if (aligned)
            {
                builder.AddOn((int)(x * Math.Round(ratio)), LogMass(x));
            }
            else
            {
                builder.Add(Origin + (x * Spacing), LogMass(x));
            }
        }

        builder.AddBelow(Origin + (low * Spacing), LogTail(low));
        builder.AddAbove(Origin + (high * Spacing), LogTail(high));
    }

    internal override (double Lowest, double Highest) Range(in Mesh mesh, double logScale)
    {
        (var low, var high) = Positions(mesh, logScale);
        return (Origin + (low * Spacing), Origin + (high * Spacing));
    }

    internal override IEnumerable<(double Loss, double LogMass)> Sketch(Mesh mesh, double logScale)
    {
        (var low, var high) = Positions(mesh, logScale);
        var step = Math.Max(1, Math.Floor(Math.Sqrt(sigmaSquared) / 8));
        for (var x = low; x <= high; x += step)
        {
            yield return (Origin + (x * Spacing), LogMass(x) + Math.Log(step));
        }
    }

    private (double Low, double High) Positions(in Mesh mesh, double logScale)
    {
        var sigma = Math.Sqrt(sigmaSquared);
        var logNegligible = Math.Log(mesh.NegligibleMass);
        var step = Math.Max(1, Math.Floor(sigma / 4));
        var reach = (13 * sigma) + 40;
        var shift = mesh.Tilt * sensitivity;
        var tilt = mesh.Tilt;
        double LogTilted(double x) => LogMass(x) + (tilt * (Origin + (x * Spacing))) - logScale;

        var high = Math.Ceiling(Math.Max(shift + reach, (Math.Sqrt(-2 * Math.Min(0, mesh.LogNegligibleDelta)) * sigma) + 40));
        while (high - step > 0 && LogTail(high - step) < mesh.LogNegligibleDelta)
        {
            high -= step;
        }

        var low = Math.Floor(Math.Min(0, shift) - reach);
        while (low + step < 0 && LogTilted(low + step) + Math.Log(sigma + 1) < logNegligible)
        {
            low += step;
        }

        return (low, high);
    }

    private double LogMass(double x) => (-x * x / 2 / sigmaSquared) - _logTotal;

    /// <summary>At least ln P[|X| &gt; |x|] on the side of x.</summary>
    private double LogTail(double x)
    {
        // Successive ratios are at most that of the first two beyond x.
        var next = Math.Abs(x) + 1;
        var logRatio = -((2 * next) + 1) / 2 / sigmaSquared;
        return LogMass(next) - Math.Log(-Exponentials.MinusOne(logRatio));
    }

    /// <summary>ln Σ_x exp(−(x − y)²/2σ²) over whole x.</summary>
    private static double LogTheta(double sigmaSquared, double y)
    {
        var fraction = y - Math.Round(y);
        double sum = 0;
        if (sigmaSquared < 1)
        {
            for (var x = -10; x <= 10; x++)
            {
                sum += Math.Exp(((fraction * fraction) - ((x - fraction) * (x - fraction))) / 2 / sigmaSquared);
            }

            return Math.Log(sum) - (fraction * fraction / 2 / sigmaSquared);
        }

        // Poisson summation.
        for (var k = 1; k <= 4; k++)
        {
            sum += 2 * Math.Exp(-2 * Math.PI * Math.PI * sigmaSquared * k * k) * Math.Cos(2 * Math.PI * k * fraction);
        }

        return (0.5 * Math.Log(2 * Math.PI * sigmaSquared)) + NormalDistribution.LogOnePlus(sum);
    }
}
