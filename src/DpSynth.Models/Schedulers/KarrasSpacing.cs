namespace DpSynth.Models.Schedulers;

/// <summary>Noise levels evenly spaced in σ^(1/ρ), ρ = 7 (Karras et al., arXiv 2206.00364, equation 5).</summary>
internal static class KarrasSpacing
{
    private const double Rho = 7;

    public static double[] Sigmas(double largest, double smallest, int count)
    {
        var (from, to) = (Math.Pow(largest, 1 / Rho), Math.Pow(smallest, 1 / Rho));
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? largest : Math.Pow(from + ((to - from) * i / (count - 1)), Rho))];
    }
}
