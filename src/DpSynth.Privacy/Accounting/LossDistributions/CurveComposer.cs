using System.Numerics;

namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Chooses tilt, window and mesh for a composition, and composes it.</summary>
/// <remarks>
/// Splitting atoms between grid points adds about h²/6 to the variance of each loss and keeps E_Q = 1; by K that moves ε by
/// T·h²·(1 + θ)/12. The mesh is the coarsest whose move is within the target, but not finer than <see cref="UsualSize"/> points allow,
/// unless it is to stay within the hard limit.
/// </remarks>
internal static class CurveComposer
{
    private const double TargetError = 1e-8;
    private const double GreatestError = 4e-4;
    private const int LeastSize = 1 << 10;
    private const int UsualSize = 1 << 15;
    private const int GreatestSize = 1 << 22;
    private const int GreatestLattice = 1 << 20;
    private const double MaxTiltPerPoint = 40;
    private const double GreatestIndex = 1 << 29;

    /// <summary>ln of the share of δ that may lie outside of the window on either side.</summary>
    private const double LogOutside = -27;

    /// <summary>ln of the share of δ that may be counted as infinite loss.</summary>
    private const double LogNegligible = -21;

    /// <summary>The curve near one δ.</summary>
    internal static DeltaCurve ForDelta(IReadOnlyList<Component> components, double logDelta) =>
        (DeltaCurve?)Single(components) ?? Compose(components, moments =>
        {
            (var tilt, var epsilon) = moments.BestForDelta(logDelta);
            return (tilt, epsilon, logDelta);
        });

    /// <summary>The curve near one ε.</summary>
    internal static DeltaCurve ForEpsilon(IReadOnlyList<Component> components, double epsilon) =>
        (DeltaCurve?)Single(components) ?? Compose(components, moments =>
        {
            (var tilt, var logDelta) = moments.BestForEpsilon(epsilon);
            return (tilt, epsilon, logDelta);
        });

    private static SingleMeasurementCurve? Single(IReadOnlyList<Component> components) =>
        components is [{ Count: 1, Upper.HasLogDelta: true, Lower.HasLogDelta: true }]
            ? new SingleMeasurementCurve(components[0].Upper, components[0].Lower)
            : null;

    private static ComposedCurve Compose(
        IReadOnlyList<Component> components, Func<LossMoments, (double Tilt, double Epsilon, double LogDelta)> focus)
    {
        try
        {
            return ComposeOnGrid(components, focus);
        }
        catch (OverflowException overflow)
        {
            throw new NotSupportedException(
                "The noise of a measurement is so small beside its sensitivity that no grid holds its privacy losses, and ε is beyond any use: give it "
                    + "more noise.",
                overflow);
        }
    }

    private static ComposedCurve ComposeOnGrid(
        IReadOnlyList<Component> components, Func<LossMoments, (double Tilt, double Epsilon, double LogDelta)> focus)
    {
        LossMoments moments = new(components);
        (var tilt, var epsilon, var logDelta) = focus(moments);
        var count = components.Sum(component => component.Count);
        (var mesh, var window, var size) = ChooseMesh(components, count, tilt, epsilon, logDelta);
        if (mesh.Tilt * mesh.Interval > MaxTiltPerPoint)
        {
            // All mass is on the uppermost point already; more tilt would only overflow.
            tilt = MaxTiltPerPoint / mesh.Interval;
            (mesh, window, size) = ChooseMesh(components, count, tilt, epsilon, logDelta);
        }

        var interval = mesh.Interval;
        var bottom = window.Bottom - (((size * interval) - window.Length) / 2);

        List<(MeshedLoss Loss, long Count)> losses = [];
        double logScale = 0;
        double logFinite = 0;
        double logCertainlyFinite = 0;
        foreach (var component in components)
        {
            var loss = Meshed(component, mesh);
            losses.Add((loss, component.Count));
            logScale += component.Count * loss.LogScale;
            logFinite += component.Count * NormalDistribution.LogOnePlus(-loss.InfiniteMass);
            logCertainlyFinite += component.Count * NormalDistribution.LogOnePlus(-loss.CertainInfiniteMass);
        }

        (var pessimistic, var optimistic) = LossComposition.Compose(losses, interval, bottom, new ComplexFourier(size));
        var start = pessimistic.Start;
        var end = start + (size * interval);
        (var above, _) = Outside(losses, interval, window.TopTilt, end, loss => loss.Pessimistic, _ => 0);
        (var folded, var foldTilt) = Outside(
            losses, interval, window.FoldTilt, end, loss => loss.Optimistic, s => s * Math.Max(0, epsilon - start));
        (var below, var belowTilt) = Outside(
            losses, interval, -window.BottomTilt, start, loss => loss.Optimistic, s => Math.Min(tilt, -s) * Math.Max(0, end - epsilon));
        Aliasing aliasing = new(folded, foldTilt, below, -belowTilt);
        var slack = (count * 2e-13) + (1e-15 * (Math.Abs(logScale) + (tilt * Math.Max(Math.Abs(start), Math.Abs(end))))) + 1e-12;
        return new ComposedCurve(
            pessimistic,
            optimistic,
            mesh,
            logScale,
            above,
            aliasing,
            -Exponentials.MinusOne(logFinite),
            -Exponentials.MinusOne(logCertainlyFinite),
            slack);
    }

    private static (Mesh Mesh, LossWindow Window, int Size) ChooseMesh(
        IReadOnlyList<Component> components, long count, double tilt, double epsilon, double logDelta)
    {
        Mesh mesh = new(0, tilt, 1e-18 / count, logDelta - Math.Log(count) + LogNegligible);
        var window = LossWindow.Find(components, mesh, epsilon, LogOutside);
        (var interval, var size) = Lattice(components, window.Length) ?? Grid(components, window, mesh, count, epsilon);
        return (mesh with { Interval = interval }, window, size);
    }

    private static MeshedLoss Meshed(Component component, Mesh mesh)
    {
        var logScale = component.Upper.LogMoment(mesh.Tilt);
        var upper = MeshedLossBuilder.Build(component.Upper, mesh, logScale);
        if (ReferenceEquals(component.Upper, component.Lower))
        {
            return upper;
        }

        var lower = MeshedLossBuilder.Build(component.Lower, mesh, logScale);
        return upper with { Optimistic = lower.Optimistic, CertainInfiniteMass = lower.CertainInfiniteMass };
    }

    /// <summary>The mesh on which all laws lie exactly, if they share a lattice.</summary>
    private static (double Interval, int Size)? Lattice(IReadOnlyList<Component> components, double length)
    {
        var finest = components.Min(component => component.Upper.Spacing);
        var shared = components.All(component =>
            component.Upper.IsLattice && ReferenceEquals(component.Upper, component.Lower)
            && Math.Abs((component.Upper.Spacing / finest) - Math.Round(component.Upper.Spacing / finest)) < 1e-12);
        return shared && length / finest < GreatestLattice ? (finest, Size(length / finest)) : null;
    }

    private static (double Interval, int Size) Grid(
        IReadOnlyList<Component> components, LossWindow window, Mesh mesh, long count, double epsilon)
    {
        var length = window.Length;
        var tilt = mesh.Tilt;
        var scale = Math.Max(epsilon, 1e-3 / tilt);
        double Interval(double error) => Math.Sqrt(12 * error * scale / (count * (1 + tilt)));
        var wanted = length / Interval(TargetError);
        var needed = length / Interval(GreatestError);
        var points = Math.Min(GreatestSize / 2, Math.Max(Math.Min(wanted, UsualSize), needed));
        var size = Size(points);

        // A single law must not take more points than the largest transform, nor an index more than 30 bits.
        var widestRange = components.Max(component =>
            component.Upper.Range(mesh, component.Upper.LogMoment(tilt)) is var range ? range.Highest - range.Lowest : 0);
        var least = Math.Max(2 * widestRange / GreatestSize, (Math.Abs(window.Bottom) + Math.Abs(window.Top)) / GreatestIndex);
        var interval = Math.Max(length / size * 1.01, least);

        // The commonest lattice lies on the mesh, where it is wider than it.
        var widest = components.MaxBy(component => component.Upper.Spacing > interval ? component.Count : 0).Upper.Spacing;
        if (widest <= interval)
        {
            return (interval, size);
        }

        var fitting = widest / Math.Floor(widest / interval);
        return (fitting, size);
    }

    private static int Size(double points) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(points * 1.02, LeastSize, GreatestSize));

    /// <summary>ln of Chernoff's bound of the mass beyond an end of the window, and its s, such that it is least at ε.</summary>
    private static (double LogMass, double Tilt) Outside(
        List<(MeshedLoss Loss, long Count)> losses, double interval, double tilt, double end, Func<MeshedLoss, GridMasses> side, Func<double, double> decay)
    {
        // The s of the laws themselves may be so large that their rounding to the grid spoils it; then a smaller one does.
        (var best, var least, var at) = (double.PositiveInfinity, double.PositiveInfinity, tilt);
        var gentle = 1 / interval / losses.Sum(loss => loss.Count);
        double[] candidates = Math.Abs(tilt) > gentle
            ? [tilt, Math.CopySign(Math.Min(Math.Abs(tilt), 30 * gentle), tilt), Math.CopySign(gentle, tilt)]
            : [tilt];
        foreach (var s in candidates)
        {
            var exponent = -s * end;
            foreach ((var loss, var count) in losses)
            {
                exponent += count * side(loss).LogMoment(s, loss.Origin, interval);
            }

            var there = exponent - decay(s);
            (best, least, at) = there < best ? (there, exponent, s) : (best, least, at);
        }

        return (least, at);
    }
}
