namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>δ(ε) of one composition in one direction, from above and from below.</summary>
internal abstract class DeltaCurve
{
    /// <summary>ln of an upper bound of δ(ε).</summary>
    internal abstract double LogUpper(double epsilon);

    /// <summary>ln of a lower bound of δ(ε).</summary>
    internal abstract double LogLower(double epsilon);

    /// <summary>An ε ≥ 0 with δ(ε) ≤ δ for certain; +∞ if none is known.</summary>
    internal abstract double UpperEpsilon(double logDelta);

    /// <summary>An ε ≥ 0 such that δ(ε') > δ for certain at all ε' below; 0 if none is known.</summary>
    internal abstract double LowerEpsilon(double logDelta);
}
