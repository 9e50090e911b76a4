namespace DpSynth.Models.Schedulers;

/// <summary>DDIM with η = 0: x' = √ᾱ' x₀ + √(1 − ᾱ') ε (arXiv 2010.02502, equation 12).</summary>
internal static class DdimScheduler
{
    public static SamplingPlan Plan(SchedulerConfiguration configuration, int steps, int run)
    {
        var noise = configuration.Noise;
        var timesteps = Timesteps.Whole(configuration, steps)[^run..];
        var ratio = noise.Count / steps;
        var plan = new SamplingStep[run];
        for (var i = 0; i < run; i++)
        {
            var before = timesteps[i] - ratio;
            var next = before >= 0 ? noise.Alpha(before) : configuration.SetAlphaToOne ? 1 : noise.Alpha(0);
            plan[i] = Step(configuration, timesteps[i], noise.Alpha(timesteps[i]), next);
        }

        var start = noise.Alpha(timesteps[0]);
        return new SamplingPlan(plan, Math.Sqrt(start), Math.Sqrt(1 - start), 1, configuration.ClipRange);
    }

    private static SamplingStep Step(SchedulerConfiguration configuration, int timestep, double alpha, double next)
    {
        // A noise prediction says nothing of x₀ at zero signal; the level that Euler's schedulers take stands in.
        var signal = configuration.Prediction == PredictionType.Epsilon ? Math.Max(alpha, 1.0 / (1 << 24)) : alpha;
        var prediction = CleanPrediction.Of(configuration.Prediction, Math.Sqrt(signal), Math.Sqrt(1 - signal));
        var noise = Math.Sqrt(1 - next);
        return new SamplingStep
        {
            Timestep = timestep,
            InputScale = 1,
            CleanFromLatents = prediction.CleanFromLatents,
            CleanFromOutput = prediction.CleanFromOutput,
            Latents = noise * prediction.NoiseFromLatents,
            Output = noise * prediction.NoiseFromOutput,
            Clean = Math.Sqrt(next),
        };
    }
}
