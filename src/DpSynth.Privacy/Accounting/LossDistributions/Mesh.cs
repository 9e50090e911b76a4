namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The grid of losses on which laws are put, and the exponential tilt under which they are kept.</summary>
/// <param name="Interval">h: the distance of grid points.</param>
/// <param name="Tilt">θ: masses are kept multiplied by e^(θ·loss), so that rounding is relative to what matters at the δ in question.</param>
/// <param name="NegligibleMass">Tilted mass, of one measurement beside its total of 1, that may be moved to an end of the grid.</param>
/// <param name="LogNegligibleDelta">ln of the mass that may be counted as infinite loss.</param>
internal readonly record struct Mesh(double Interval, double Tilt, double NegligibleMass, double LogNegligibleDelta);
