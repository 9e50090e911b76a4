namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>
/// A loss that grows strictly with one real noise variable x, measured in standard deviations of the noise, with smooth densities.
/// </summary>
internal abstract class ContinuousLoss : PrivacyLoss
{
    /// <summary>As many nodes take half a second and half a gigabyte; only noise below a thousandth of the sensitivity needs more.</summary>
    private const int MaxNodes = 1 << 23;

    /// <summary>The loss at x.</summary>
    protected abstract double Loss(double x);

    /// <summary>Where the loss is <paramref name="loss"/>; −∞ or +∞ for a loss below or above all.</summary>
    protected abstract double Position(double loss);

    /// <summary>ln of the density of x under P, where the loss is <paramref name="loss"/>.</summary>
    protected abstract double LogDensity(double x, double loss);

    /// <summary>ln P[x below].</summary>
    protected abstract double LogMassBelow(double x);

    /// <summary>ln P[x above].</summary>
    protected abstract double LogMassAbove(double x);

    /// <summary>
    /// An interval outside of which the law tilted by θ has less than 1e-30 of its mass, and above which P has at most a given mass.
    /// </summary>
    protected abstract (double Low, double High) Support(double theta, double logMassAbove);

    /// <summary>The longest interval on which a 5-point rule integrates the densities to rounding.</summary>
    protected abstract double SmoothLength { get; }

    /// <summary>The longest step at which the trapezoidal rule gives moments of the tilted law.</summary>
    protected virtual double SketchStep(in Mesh mesh) => 2 * SmoothLength;

    /// <summary>Where a support that ends abruptly begins and ends; infinite otherwise.</summary>
    protected virtual (double Low, double High) Ends => (double.NegativeInfinity, double.PositiveInfinity);

    internal override (double Lowest, double Highest) Range(in Mesh mesh, double logScale)
    {
        (var low, var high) = Positions(mesh, logScale);
        return (Loss(low), Loss(high));
    }

    internal override IEnumerable<(double Loss, double LogMass)> Sketch(Mesh mesh, double logScale)
    {
        // The trapezoidal rule.
        (var low, var high) = Positions(mesh, logScale);
        var nodes = Math.Ceiling((high - low) / SketchStep(mesh));
        if (!(nodes <= MaxNodes))
        {
            throw new OverflowException("The law is too wide beside the step that its moments need.");
        }

        var count = (int)nodes;
        var step = (high - low) / count;
        for (var i = 0; i <= count; i++)
        {
            var x = low + (i * step);
            var loss = Loss(x);
            yield return (loss, LogDensity(x, loss) + Math.Log(i == 0 || i == count ? step / 2 : step));
        }
    }

    internal override void PutOn(MeshedLossBuilder builder)
    {
        (var low, var high) = Positions(builder.Mesh, builder.LogScale);
        (var first, var last) = Ends;
        if (low > first)
        {
            builder.AddBelow(Loss(low), LogMassBelow(low));
        }

        if (high < last)
        {
            builder.AddAbove(Loss(high), LogMassAbove(high));
        }

        var half = builder.Mesh.Interval / 2;
        var x = low;
        var cell = builder.Floor(Loss(low));
        var upper = Loss(low) - builder.Loss(cell) > half;
        while (x < high)
        {
            var end = Position(upper ? builder.Loss(cell + 1) : builder.Loss(cell) + half);
            end = double.IsNaN(end) ? x : Math.Clamp(end, x, high);
            Integrate(builder, cell, upper, x, end);
            x = end;
            cell += upper ? 1 : 0;
            upper = !upper;
        }
    }

    private void Integrate(MeshedLossBuilder builder, int cell, bool upper, double from, double to)
    {
        var length = to - from;
        if (length <= 0)
        {
            return;
        }

        var panels = (int)Math.Ceiling(length / SmoothLength);
        var half = length / panels / 2;
        GaussLegendre.For(2 * half, out var nodes, out var weights);
        for (var panel = 0; panel < panels; panel++)
        {
            var centre = from + (((2 * panel) + 1) * half);
            // i is below 5.
            unchecked
            {
                for (var i = 0; i < nodes.Length; i++)
                {
                    var x = centre + (half * nodes[i]);
                    var loss = Loss(x);
                    builder.AddInCell(cell, upper, loss, LogDensity(x, loss), half * weights[i]);
                }
            }
        }
    }

    /// <summary>What of the noise variable matters.</summary>
    protected virtual (double Low, double High) Positions(in Mesh mesh, double logScale)
    {
        (var low, var high) = Support(mesh.Tilt, mesh.LogNegligibleDelta);
        var tilt = mesh.Tilt;
        var step = Math.Max(0.25, (high - low) / 1024);
        var logNegligible = Math.Log(mesh.NegligibleMass);
        double Tilted(double x)
        {
            var loss = Loss(x);
            return LogDensity(x, loss) + (tilt * loss) - logScale;
        }

        while (high - step > low && LogMassAbove(high - step) < mesh.LogNegligibleDelta)
        {
            high -= step;
        }

        while (low + step < high && Tilted(low + step) < logNegligible
            && LogMassBelow(low + step) + (tilt * Loss(low + step)) - logScale < logNegligible)
        {
            low += step;
        }

        return (low, high);
    }
}
