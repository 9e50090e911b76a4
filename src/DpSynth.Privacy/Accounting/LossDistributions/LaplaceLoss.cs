namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The Laplace mechanism: P = Lap(0, b), Q = Lap(1, b). The loss has atoms at ±1/b and a density between them; symmetric.</summary>
/// <param name="scale">b: scale ÷ L1 sensitivity, above 0.</param>
internal sealed class LaplaceLoss(double scale) : ContinuousLoss
{
    private readonly double _end = 1 / scale;

    internal override double Spacing => 2 * _end;

    internal override double Origin => -_end;

    protected override double SmoothLength => 1.0 / 16;

    protected override (double Low, double High) Ends => (-_end, _end);

    internal override double LogMoment(double theta)
    {
        // ½e^(θE) + ½e^(−(1+θ)E) + ¼∫e^((θ+½)l − E/2)dl over |l| ≤ E.
        var slope = theta + 0.5;
        var largest = Math.Abs(slope) * _end;
        var continuous = slope == 0
            ? Math.Log(_end / 2)
            : largest + Math.Log(-Exponentials.MinusOne(-2 * largest) / (4 * Math.Abs(slope)));
        var atoms = Exponentials.LogSum(slope * _end, -slope * _end) - Math.Log(2);
        return Exponentials.LogSum(continuous, atoms) - (_end / 2);
    }

    internal override double LogDelta(double epsilon) => epsilon >= _end
        ? double.NegativeInfinity
        : Math.Log(-Exponentials.MinusOne((epsilon - _end) / 2));

    internal override IEnumerable<(double Loss, double LogMass)> Sketch(Mesh mesh, double logScale) =>
        base.Sketch(mesh, logScale).Append((Positions(mesh, logScale).Low, LogMassBelow(Positions(mesh, logScale).Low))).Append((_end, -Math.Log(2)));

    internal override void PutOn(MeshedLossBuilder builder)
    {
        if (Positions(builder.Mesh, builder.LogScale).Low == -_end)
        {
            builder.Add(-_end, LogMassBelow(-_end));
        }

        builder.Add(_end, -Math.Log(2));
        base.PutOn(builder);
    }

    // The variable is the loss itself: density ¼·e^((l − 1/b)/2).
    protected override double Loss(double x) => x;

    protected override double Position(double loss) => loss;

    protected override double LogDensity(double x, double loss) => ((loss - _end) / 2) - Math.Log(4);

    // The atom at −1/b, and the density up to x.
    protected override double LogMassBelow(double x) => ((x - _end) / 2) - Math.Log(2);

    protected override double LogMassAbove(double x) => double.NegativeInfinity;

    protected override double SketchStep(in Mesh mesh) => Math.Min(base.SketchStep(mesh), 0.5 / (1 + mesh.Tilt));

    protected override (double Low, double High) Support(double theta, double logMassAbove) => (-_end, _end);

    // Tilted, the law falls off as e^((θ+½)l) from its upper end.
    protected override (double Low, double High) Positions(in Mesh mesh, double logScale) =>
        (Math.Max(-_end, _end + ((Math.Log(mesh.NegligibleMass) - 5) / (mesh.Tilt + 0.5))), _end);
}
