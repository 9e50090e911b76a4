namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Rounds a law of losses to a grid such that its composed δ(ε) is nowhere above the true one.</summary>
/// <remarks>
/// <para>
/// In the plane of x = e^ε and y = δ the curve of a law is convex, and its tangent at the middle of each cell of the grid lies below
/// it. At each grid point take the lower of the two tangents that meet there, connect these points, and where the polygon is not
/// convex take its convex hull from below: a valid curve, nowhere above the true one, too small by a term of second order in h. A
/// pair with a smaller curve keeps it smaller under composition.
/// </para>
/// <para>
/// In terms of masses: the tangents pool all losses between two middles on the grid point t between them. The pool's defect
/// D = P − e^t·Q is what its ratio lacks, or has too much; it is made up from the neighbouring pools, or rounded down where they
/// cannot.
/// </para>
/// </remarks>
internal static class OptimisticRounding
{
    /// <summary>How many pools at the lower end may be moved up.</summary>
    private const int MaxRaised = 3;

    /// <summary>Rounds.</summary>
    /// <param name="pool">P-mass of the pool of each grid point k, times e^(θ·k·h).</param>
    /// <param name="defect">Its defect D, times the same.</param>
    /// <param name="floored">Further mass that is rounded down to the grid already, times the same.</param>
    /// <param name="mesh">The grid.</param>
    /// <returns>Masses at the grid points, times the same.</returns>
    internal static double[] Of(double[] pool, double[] defect, double[] floored, Mesh mesh)
    {
        var step = Math.Exp(mesh.Tilt * mesh.Interval);
        var growth = Exponentials.MinusOne(mesh.Interval);
        var last = LowerTop(pool, defect, step, growth);
        var first = Array.FindIndex(pool, mass => mass > 0);

        // A pool at the lower end that lies above its grid point has nothing below to lower it with and loses the first order of h.
        // Pooled one point higher it borrows from above, which costs the second order only, if enough is there. The best keeps most.
        double[] best = [];
        var most = double.NegativeInfinity;
        for (var raised = 0; raised <= MaxRaised && first >= 0; raised++)
        {
            var masses = Polygon(pool, defect, last, step, mesh);
            var kept = masses.Sum();
            (best, most) = kept > most ? (masses, kept) : (best, most);
            if (first + 1 >= last || defect[first] <= 0)
            {
                break;
            }

            defect[first + 1] += ((defect[first] * (1 + growth)) - (pool[first] * growth)) * step;
            pool[first + 1] += pool[first] * step;
            pool[first] = 0;
            defect[first] = 0;
            first++;
        }

        var result = (double[])floored.Clone();
        for (var k = 0; k < best.Length; k++)
        {
            result[k] += best[k];
        }

        return result;
    }

    /// <summary>
    /// The topmost pool must not fall short of its grid point, for there is nothing above to make it up: pools it one point lower until
    /// it does not.
    /// </summary>
    private static int LowerTop(double[] pool, double[] defect, double step, double growth)
    {
        var last = Array.FindLastIndex(pool, mass => mass > 0);
        while (last > 1 && defect[last] < 0)
        {
            pool[last - 1] += pool[last] / step;
            defect[last - 1] += ((pool[last] * growth) + defect[last]) / (1 + growth) / step;
            pool[last] = 0;
            defect[last] = 0;
            last--;
        }

        return last;
    }

    /// <summary>
    /// P-masses of the polygon's kinks. The slope of cell k, between grid points k and k + 1, is that of its tangent plus
    /// (D_k⁻ − D_(k+1)⁺) ÷ (e^t_(k+1) − e^t_k); everything is kept times e^(t_k)·e^(θ·t_k).
    /// </summary>
    private static double[] Polygon(double[] pool, double[] defect, int last, double step, Mesh mesh)
    {
        var growth = Exponentials.MinusOne(mesh.Interval);
        var masses = new double[last + 1];
        for (var k = 0; k <= last; k++)
        {
            var own = defect[k];
            var previous = k > 0 ? defect[k - 1] * step : 0;
            var next = k < last ? defect[k + 1] / step : 0;
            var right = Math.Max(-own, 0) - Math.Max(next, 0);
            var left = Math.Max(-previous, 0) - Math.Max(own, 0);
            masses[k] = pool[k] - own + (right / growth) - (left * (1 + growth) / growth);
        }

        if (!ConvexHull.MakeConvex(masses, mesh.Interval, mesh.Tilt))
        {
            // Nothing to borrow from: round everything down instead.
            Array.Clear(masses);
            for (var k = 1; k <= last; k++)
            {
                masses[k - 1] = pool[k] / step;
            }
        }

        return masses;
    }
}
