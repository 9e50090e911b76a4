namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The convex hull from below of a polygon in the plane of x = e^ε and y = δ, given by the masses of its kinks.</summary>
internal static class ConvexHull
{
    /// <summary>
    /// Removes kinks of negative mass, as joining their neighbours by a chord does, until none is left.
    /// </summary>
    /// <param name="masses">P-masses of the kinks at grid points k·h, each times e^(θ·k·h); becomes those of the hull.</param>
    /// <param name="interval">h.</param>
    /// <param name="tilt">θ.</param>
    /// <returns>False if the last kink is negative: then there is no hull that ends at 0.</returns>
    internal static bool MakeConvex(Span<double> masses, double interval, double tilt)
    {
        if (!masses.ContainsAnyInRange(double.NegativeInfinity, -double.Epsilon))
        {
            return true;
        }

        var kept = new int[masses.Length];
        var count = 0;
        for (var next = 0; next < masses.Length; next++)
        {
            while (count > 0 && masses[kept[count - 1]] < 0)
            {
                var removed = kept[--count];
                var mass = masses[removed];
                masses[removed] = 0;
                var right = (next - removed) * interval;
                var risen = Exponentials.MinusOne(right);
                if (count == 0)
                {
                    // To the left there is only x = 0, a loss of −∞, whose mass counts for nothing.
                    masses[next] += mass * Math.Exp(tilt * right);
                    continue;
                }

                var left = kept[count - 1];
                var leftward = (removed - left) * interval;
                var fallen = -Exponentials.MinusOne(-leftward);
                masses[next] += mass * Math.Exp((1 + tilt) * right) * fallen / (risen + fallen);
                masses[left] += mass * Math.Exp(-(1 + tilt) * leftward) * risen / (risen + fallen);
            }

            kept[count++] = next;
        }

        return masses[kept[count - 1]] >= 0;
    }
}
