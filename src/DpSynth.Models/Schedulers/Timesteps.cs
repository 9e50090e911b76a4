namespace DpSynth.Models.Schedulers;

/// <summary>Timesteps of a schedule, from the noisiest down; rounding is half to even, as NumPy's.</summary>
internal static class Timesteps
{
    /// <summary>Whole timesteps, as DDIM takes them.</summary>
    public static int[] Whole(SchedulerConfiguration configuration, int steps) =>
        [.. Spaced(configuration, steps).Select(timestep => Within(configuration, (int)Math.Round(timestep)))];

    /// <summary>Timesteps as Euler's schedulers take them: not rounded where the spacing is linear.</summary>
    public static double[] Spaced(SchedulerConfiguration configuration, int steps)
    {
        var count = configuration.Noise.Count;
        return configuration.Spacing switch
        {
            TimestepSpacing.Leading => [.. Down(steps).Select(i => Math.Min((double)(i * (count / steps)) + configuration.StepsOffset, count - 1))],
            TimestepSpacing.Linspace => [.. Down(steps).Select(i => steps == 1 ? 0 : (count - 1) * (double)i / (steps - 1))],
            _ => Trailing(count, count, steps),
        };
    }

    /// <summary>Timesteps as DPM-Solver++ takes them: it leaves out the last of n + 1, and may start below N.</summary>
    public static int[] Multistep(SchedulerConfiguration configuration, int steps)
    {
        var count = configuration.Noise.Count;
        var last = count - Clipped(configuration);
        var spaced = configuration.Spacing switch
        {
            TimestepSpacing.Leading => [.. Down(steps).Select(i => (double)((i + 1) * (last / (steps + 1))) + configuration.StepsOffset)],
            TimestepSpacing.Linspace => [.. Down(steps).Select(i => (last - 1) * (i + 1.0) / steps)],
            _ => Trailing(count, last, steps),
        };
        return [.. spaced.Select(timestep => Within(configuration, (int)Math.Round(timestep)))];
    }

    private static double[] Trailing(int count, int from, int steps)
    {
        var ratio = (double)count / steps;
        return [.. Enumerable.Range(0, steps).Select(i => Math.Max(Math.Round(from - (i * ratio)) - 1, 0))];
    }

    private static IEnumerable<int> Down(int steps) => Enumerable.Range(0, steps).Reverse();

    private static int Within(SchedulerConfiguration configuration, int timestep) => Math.Clamp(timestep, 0, configuration.Noise.Count - 1);

    // Timesteps whose log(α/σ) = −log σ lies below the least.
    private static int Clipped(SchedulerConfiguration configuration)
    {
        var clipped = 0;
        var sigmas = configuration.Noise.Sigmas;
        while (clipped < sigmas.Length - 1 && -Math.Log(sigmas[^(clipped + 1)]) < configuration.LeastLogSnr)
        {
            clipped++;
        }

        return clipped;
    }
}
