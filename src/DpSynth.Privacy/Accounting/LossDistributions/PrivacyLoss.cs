namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>
/// The privacy loss of one measurement against one neighbour: L = ln P(x)/Q(x) with x drawn from P, for a pair (P, Q) of output laws that
/// dominates all pairs of the mechanism. δ(ε) = E[(1 − e^(ε−L))⁺], and the losses of adaptive measurements add up (arXiv 1803.10266,
/// 2106.08567).
/// </summary>
internal abstract class PrivacyLoss
{
    /// <summary>Distance between the atoms of a lattice law; 0 for every other law.</summary>
    internal virtual double Spacing => 0;

    /// <summary>Where the atoms of a lattice law lie: at this plus multiples of <see cref="Spacing"/>.</summary>
    internal virtual double Origin => 0;

    /// <summary>Whether the law has no other mass than on its lattice.</summary>
    internal virtual bool IsLattice => false;

    /// <summary>Whether <see cref="LogDelta"/> is there.</summary>
    internal virtual bool HasLogDelta => true;

    /// <summary>P[L = ∞].</summary>
    internal virtual double InfiniteMass => 0;

    /// <summary>ln E[e^(θL)] over finite L: θ times the Rényi divergence of order 1 + θ. Any real θ that is finite.</summary>
    internal abstract double LogMoment(double theta);

    /// <summary>ln δ(ε) of this measurement alone, to rounding; −∞ where δ is 0.</summary>
    internal abstract double LogDelta(double epsilon);

    /// <summary>The losses that matter: outside of them the law, tilted or not, has negligible mass in the sense of the mesh.</summary>
    /// <param name="mesh">Says what is negligible.</param>
    /// <param name="logScale">ln E[e^(θL)].</param>
    internal abstract (double Lowest, double Highest) Range(in Mesh mesh, double logScale);

    /// <summary>Atoms (loss, ln mass) that stand for the law between those losses when its moments are taken.</summary>
    /// <param name="mesh">Says what is negligible.</param>
    /// <param name="logScale">ln E[e^(θL)].</param>
    internal abstract IEnumerable<(double Loss, double LogMass)> Sketch(Mesh mesh, double logScale);

    /// <summary>Puts the law on a mesh.</summary>
    /// <param name="builder">Takes the atoms.</param>
    internal abstract void PutOn(MeshedLossBuilder builder);
}
