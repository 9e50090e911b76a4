namespace DpSynth.Privacy.Tests;

/// <summary>The one-sample Kolmogorov-Smirnov test against N(0, σ²).</summary>
internal static class KolmogorovSmirnov
{
    /// <summary>Critical value of √n·D at a false-alarm rate of 1e-6: √(−ln(1e-6/2)/2), from the tail bound 2·exp(−2x²).</summary>
    internal const double CriticalAtOneInAMillion = 2.6934;

    /// <summary>Critical value of √n·D at a false-alarm rate of 1e-9, for tests with fresh randomness.</summary>
    internal const double CriticalAtOneInABillion = 3.2725;

    /// <summary>√n times the largest distance of the empirical distribution function from the normal one.</summary>
    internal static double Statistic(ReadOnlySpan<double> sample, double standardDeviation)
    {
        var sorted = sample.ToArray();
        Array.Sort(sorted);
        double distance = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var cdf = NormalDistribution.Cdf(sorted[i] / standardDeviation);
            distance = Math.Max(distance, Math.Max(cdf - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - cdf));
        }

        return distance * Math.Sqrt(sorted.Length);
    }
}
