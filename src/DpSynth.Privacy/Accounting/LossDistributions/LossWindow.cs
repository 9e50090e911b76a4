namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The interval of composed losses that decides δ near one ε, with the tilts by which Chernoff's inequality shows it.</summary>
/// <param name="Bottom">Below this, the tilted sum has next to no mass.</param>
/// <param name="BottomTilt">s of E[e^((θ−s)S)].</param>
/// <param name="Top">What lies above this adds next to nothing to δ.</param>
/// <param name="TopTilt">s of E[e^((θ+s)S)] that shows it.</param>
/// <param name="FoldTilt">The s that shows that next to nothing lies so far above the top that it folds onto losses above ε.</param>
internal readonly record struct LossWindow(double Bottom, double BottomTilt, double Top, double TopTilt, double FoldTilt)
{
    /// <summary>Length.</summary>
    internal double Length => Top - Bottom;

    /// <summary>Finds the window.</summary>
    /// <param name="components">What is composed.</param>
    /// <param name="mesh">Says what is negligible; its interval does not matter.</param>
    /// <param name="epsilon">ε of interest.</param>
    /// <param name="logOutside">ln of what may lie outside.</param>
    internal static LossWindow Find(IReadOnlyList<Component> components, Mesh mesh, double epsilon, double logOutside)
    {
        List<Sketch> sketches = [.. components.Select(component => Sketch.Of(component, mesh))];
        var theta = mesh.Tilt;
        var curvature = sketches.Sum(sketch => sketch.Count * sketch.Variance);
        var natural = Math.Sqrt(-2 * logOutside / Math.Max(curvature, 1e-300));
        double LogMoment(double s) => sketches.Sum(sketch => sketch.Count * sketch.LogMoment(s));
        (var bottom, var bottomTilt) = Least(s => (LogMoment(-s) - logOutside) / s, natural);
        bottom = -bottom;
        (var top, var topTilt) = Least(s => (LogMoment(s) + (theta * epsilon) - logOutside) / (s + theta), natural);
        (var fold, var foldTilt) = Least(s => (LogMoment(s) - logOutside) / s, natural);
        top = Math.Max(top, fold - Math.Max(0, epsilon - bottom));
        return new LossWindow(bottom, bottomTilt, Math.Max(top, bottom + (1e-9 * Math.Abs(bottom)) + 1e-12), topTilt, foldTilt);
    }

    /// <summary>The least value of a function of s on a geometric grid; it is unimodal.</summary>
    private static (double Value, double At) Least(Func<double, double> function, double natural)
    {
        (var least, var at) = (double.PositiveInfinity, natural);
        for (var s = natural / 100; s < natural * 1e6; s *= 1.25)
        {
            var value = function(s);
            if (value > least)
            {
                break;
            }

            (least, at) = (value, s);
        }

        return (least, at);
    }

    /// <summary>Atoms of a tilted law.</summary>
    private sealed record Sketch(double[] Losses, double[] Masses, long Count)
    {
        internal static Sketch Of(Component component, Mesh mesh)
        {
            (double Loss, double LogMass)[] atoms =
                [.. component.Upper.Sketch(mesh, component.Upper.LogMoment(mesh.Tilt)).Where(atom => !double.IsNegativeInfinity(atom.LogMass))];
            var largest = atoms.Max(atom => atom.LogMass + (mesh.Tilt * atom.Loss));
            double[] masses = [.. atoms.Select(atom => Math.Exp(atom.LogMass + (mesh.Tilt * atom.Loss) - largest))];
            var total = masses.Sum();
            int[] present = [.. Enumerable.Range(0, masses.Length).Where(i => masses[i] > 0)];
            return new Sketch(
                [.. present.Select(i => atoms[i].Loss)], [.. present.Select(i => masses[i] / total)], component.Count);
        }

        internal double Variance
        {
            get
            {
                double mean = 0;
                double square = 0;
                for (var i = 0; i < Losses.Length; i++)
                {
                    mean += Masses[i] * Losses[i];
                }

                for (var i = 0; i < Losses.Length; i++)
                {
                    square += Masses[i] * (Losses[i] - mean) * (Losses[i] - mean);
                }

                return square;
            }
        }

        /// <summary>ln of the mean of e^(s·loss).</summary>
        internal double LogMoment(double s)
        {
            var far = s > 0 ? Losses.Max() : Losses.Min();
            double sum = 0;
            for (var i = 0; i < Losses.Length; i++)
            {
                sum += Masses[i] * Math.Exp(s * (Losses[i] - far));
            }

            return (s * far) + Math.Log(sum);
        }
    }
}
