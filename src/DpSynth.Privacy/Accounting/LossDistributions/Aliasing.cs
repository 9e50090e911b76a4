namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Bounds of the tilted mass outside of a window, which a cyclic convolution folds into it.</summary>
/// <param name="Above">Mass above the window.</param>
/// <param name="AboveTilt">s: above the window's end by d there is at most Above·e^(−s·d).</param>
/// <param name="Below">Mass below the window.</param>
/// <param name="BelowTilt">s: below the window's start by d there is at most Below·e^(−s·d).</param>
internal readonly record struct Aliasing(double Above, double AboveTilt, double Below, double BelowTilt)
{
    /// <summary>
    /// How much folded mass may add to Σ_{t>ε} w(t)·e^(−θ(t−ε))·(1 − e^(ε−t)) at an ε so far from the two ends of the window.
    /// </summary>
    internal double At(double tilt, double fromStart, double toEnd) =>
        (Above * Math.Exp(-AboveTilt * Math.Max(0, fromStart)))
        + (Below * Math.Exp(-Math.Min(tilt, BelowTilt) * Math.Max(0, toEnd)));
}
