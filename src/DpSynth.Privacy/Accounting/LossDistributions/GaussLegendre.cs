namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Gauss-Legendre rules on [−1, 1].</summary>
internal static class GaussLegendre
{
    private static ReadOnlySpan<double> Nodes2 => [-0.57735026918962576451, 0.57735026918962576451];

    private static ReadOnlySpan<double> Weights2 => [1, 1];

    private static ReadOnlySpan<double> Nodes3 => [-0.77459666924148337704, 0, 0.77459666924148337704];

    private static ReadOnlySpan<double> Weights3 => [5.0 / 9, 8.0 / 9, 5.0 / 9];

    private static ReadOnlySpan<double> Nodes5 =>
        [-0.90617984593866399280, -0.53846931010568309104, 0, 0.53846931010568309104, 0.90617984593866399280];

    private static ReadOnlySpan<double> Weights5 =>
        [0.23692688505618908751, 0.47862867049936646804, 0.56888888888888888889, 0.47862867049936646804, 0.23692688505618908751];

    /// <summary>
    /// The shortest rule that is exact to rounding for exp(−z·x) times a polynomial on an interval of the given length, z up to 14.
    /// </summary>
    /// <param name="length">In standard deviations.</param>
    /// <param name="nodes">Nodes.</param>
    /// <param name="weights">Weights, adding up to 2.</param>
    internal static void For(double length, out ReadOnlySpan<double> nodes, out ReadOnlySpan<double> weights)
    {
        if (length < 0.0006)
        {
            nodes = Nodes2;
            weights = Weights2;
        }
        else if (length < 0.01)
        {
            nodes = Nodes3;
            weights = Weights3;
        }
        else
        {
            nodes = Nodes5;
            weights = Weights5;
        }
    }
}
