namespace DpSynth.Models.Schedulers;

/// <summary>
/// Pseudo linear multistep, as Stable Diffusion runs PNDM (Liu et al., arXiv 2202.09778, section 3.3): DDIM's step x' = A x + B m with the
/// model's outputs m extrapolated by the formulas of Adams and Bashforth, up to the fourth order. The first step is made twice, the
/// second time with the mean of the outputs at both of its ends.
/// </summary>
/// <remarks>
/// The whole schedule is that of diffusers. From an image on, diffusers cuts the doubled list of timesteps, so that steps and noise levels
/// no longer match; here the part of the schedule that is run has its own first step.
/// </remarks>
internal static class PndmScheduler
{
    // Factors of the latest outputs, latest first, by how many there are.
    private static readonly double[][] AdamsBashforth =
    [
        [1],
        [3.0 / 2, -1.0 / 2],
        [23.0 / 12, -16.0 / 12, 5.0 / 12],
        [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
    ];

    public static SamplingPlan Plan(SchedulerConfiguration configuration, int steps, int run)
    {
        var ratio = configuration.Noise.Count / steps;
        var timesteps = Timesteps.Whole(configuration, steps)[^run..];
        var plan = new List<SamplingStep>(run + 1);
        var first = Factors(configuration, timesteps[0], timesteps[0] - ratio);
        plan.Add(Step(timesteps[0], first.Latents, first.Output));
        for (var i = 1; i < run; i++)
        {
            if (i == 1)
            {
                // From x = A x̂ + B m̂, the first step's result, x̂ is A⁻¹ (x − B m̂).
                var again = Factors(configuration, Math.Min(timesteps[1] + ratio, configuration.Noise.Count - 1), timesteps[1]);
                var latents = again.Latents / first.Latents;
                plan.Add(Step(timesteps[1], latents, again.Output / 2, (again.Output / 2) - (latents * first.Output)));
            }

            var here = Factors(configuration, timesteps[i], timesteps[i] - ratio);
            var order = AdamsBashforth[Math.Min(i, 3)];
            var factors = order.Select(factor => factor * here.Output).ToList();

            // The output of the step made again, the second of all, is not among those extrapolated.
            if (i < 4)
            {
                factors.Insert(i, 0);
            }

            plan.Add(Step(timesteps[i], here.Latents, factors[0], [.. factors.Skip(1)]));
        }

        var start = configuration.Noise.Alpha(timesteps[0]);
        return new SamplingPlan(plan, Math.Sqrt(start), Math.Sqrt(1 - start), 1, ClipRange: null);
    }

    private static SamplingStep Step(int timestep, double latents, double output, params double[] pastOutputs) => new()
    {
        Timestep = timestep,
        InputScale = 1,
        Latents = latents,
        Output = output,
        PastOutputs = pastOutputs,
    };

    private static (double Latents, double Output) Factors(SchedulerConfiguration configuration, int from, int to)
    {
        var noise = configuration.Noise;
        var alpha = Math.Max(noise.Alpha(from), 1.0 / (1 << 24));
        var next = to >= 0 ? noise.Alpha(to) : configuration.SetAlphaToOne ? 1 : noise.Alpha(0);
        var prediction = CleanPrediction.Of(configuration.Prediction, Math.Sqrt(alpha), Math.Sqrt(1 - alpha));
        var (signal, level) = (Math.Sqrt(next), Math.Sqrt(1 - next));
        return (
            (signal * prediction.CleanFromLatents) + (level * prediction.NoiseFromLatents),
            (signal * prediction.CleanFromOutput) + (level * prediction.NoiseFromOutput));
    }
}
