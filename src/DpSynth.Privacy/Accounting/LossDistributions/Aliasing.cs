namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Bounds of the tilted mass outside of a window, which a cyclic convolution folds into it.</summary>
/// <param name="LogAbove">ln of a bound A.</param>
/// <param name="AboveTilt">s: above the window's end by d there is at most A·e^(−s·d).</param>
/// <param name="LogBelow">ln of a bound B.</param>
/// <param name="BelowTilt">s: below the window's start by d there is at most B·e^(−s·d).</param>
internal readonly record struct Aliasing(double LogAbove, double AboveTilt, double LogBelow, double BelowTilt)
{
    /// <summary>
    /// How much folded mass may add to Σ_{t>ε} w(t)·e^(−θ(t−ε))·(1 − e^(ε−t)) at an ε so far from the two ends of the window.
    /// </summary>
    internal double At(double tilt, double fromStart, double toEnd) =>
        Math.Exp(LogAbove - (AboveTilt * Math.Max(0, fromStart)))
        + Math.Exp(LogBelow - (Math.Min(tilt, BelowTilt) * Math.Max(0, toEnd)));
}
