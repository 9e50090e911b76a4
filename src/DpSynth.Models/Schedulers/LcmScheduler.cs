namespace DpSynth.Models.Schedulers;

/// <summary>
/// Multistep consistency sampling (arXiv 2310.04378, algorithm 3): every step predicts the clean latents, c_skip x + c_out x₀, and all
/// but the last add fresh noise of the next level. Timesteps are taken from the teacher's schedule; a strength shortens that schedule,
/// and all steps are run.
/// </summary>
internal static class LcmScheduler
{
    // The standard deviation of data that the boundary condition assumes.
    private const double DataDeviation = 0.5;

    public static SamplingPlan Plan(SchedulerConfiguration configuration, int steps, double strength)
    {
        var noise = configuration.Noise;
        var timesteps = Teacher(configuration, steps, strength);
        var plan = new SamplingStep[steps];
        for (var i = 0; i < steps; i++)
        {
            var last = i == steps - 1;
            var next = last ? 1 : noise.Alpha(timesteps[i + 1]);
            plan[i] = Step(configuration, timesteps[i], next);
        }

        var start = noise.Alpha(timesteps[0]);
        return new SamplingPlan(plan, Math.Sqrt(start), Math.Sqrt(1 - start), 1, configuration.ClipRange);
    }

    // The boundary condition mixes latents and x₀; where x₀ is clipped it stays apart.
    private static SamplingStep Step(SchedulerConfiguration configuration, int timestep, double next)
    {
        var alpha = configuration.Noise.Alpha(timestep);
        var prediction = CleanPrediction.Of(configuration.Prediction, Math.Sqrt(alpha), Math.Sqrt(1 - alpha));
        var scaled = timestep * configuration.TimestepScaling;
        var squares = (scaled * scaled) + (DataDeviation * DataDeviation);
        var skip = DataDeviation * DataDeviation / squares;
        var output = scaled / Math.Sqrt(squares);
        return new SamplingStep
        {
            Timestep = timestep,
            InputScale = 1,
            CleanFromLatents = prediction.CleanFromLatents,
            CleanFromOutput = prediction.CleanFromOutput,
            Latents = Math.Sqrt(next) * skip,
            Clean = Math.Sqrt(next) * output,
            Noise = Math.Sqrt(1 - next),
        };
    }

    private static int[] Teacher(SchedulerConfiguration configuration, int steps, double strength)
    {
        if (steps > configuration.OriginalSteps)
        {
            throw new ArgumentOutOfRangeException(
                nameof(steps), steps, $"This consistency model has at most {configuration.OriginalSteps} steps.");
        }

        var ratio = configuration.Noise.Count / configuration.OriginalSteps;
        var used = Math.Max((int)(configuration.OriginalSteps * strength), steps);
        return [.. Enumerable.Range(0, steps).Select(i => ((used - (int)(i * (double)used / steps)) * ratio) - 1)];
    }
}
