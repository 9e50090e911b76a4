namespace DpSynth.Models.Schedulers;

/// <summary>
/// Euler's method in the variance-exploding scale, x = x₀ + σ ε: x' = x + (σ' − σ)(x − x₀)/σ (arXiv 2206.00364, algorithm 1 without
/// its correction). The ancestral variant steps down to σ_down and adds noise of σ_up, σ_up² + σ_down² = σ'².
/// </summary>
internal static class EulerScheduler
{
    public static SamplingPlan Plan(SchedulerConfiguration configuration, int steps, int run)
    {
        var noise = configuration.Noise;
        var timesteps = Timesteps.Spaced(configuration, steps);
        var sigmas = timesteps.Select(noise.SigmaAt).ToArray();
        if (configuration.KarrasSigmas && configuration.Kind == SchedulerKind.Euler)
        {
            sigmas = KarrasSpacing.Sigmas(configuration.SigmaRange.Largest ?? sigmas[0], configuration.SigmaRange.Smallest ?? sigmas[^1], steps);
            timesteps = [.. sigmas.Select(noise.TimestepOf)];
        }

        var largest = sigmas[0];
        var last = configuration.EndsAtZero ? 0 : noise.Sigmas[0];
        var plan = new SamplingStep[run];
        for (var i = 0; i < run; i++)
        {
            var place = steps - run + i;
            var next = place + 1 < steps ? sigmas[place + 1] : last;
            plan[i] = Step(configuration, timesteps[place], sigmas[place], next);
        }

        var pure = configuration.Spacing == TimestepSpacing.Leading ? Math.Sqrt((largest * largest) + 1) : largest;
        return new SamplingPlan(plan, 1, sigmas[steps - run], pure, ClipRange: null);
    }

    private static SamplingStep Step(SchedulerConfiguration configuration, double timestep, double sigma, double next)
    {
        var scale = 1 / Math.Sqrt((sigma * sigma) + 1);
        var (down, up) = configuration.Kind == SchedulerKind.EulerAncestral ? Ancestral(sigma, next) : (next, 0);

        // In x · scale the scales are those of CleanPrediction: α = scale, σ · scale.
        var prediction = CleanPrediction.Of(configuration.Prediction, scale, sigma * scale);
        return new SamplingStep
        {
            Timestep = timestep,
            InputScale = scale,
            CleanFromLatents = prediction.CleanFromLatents * scale,
            CleanFromOutput = prediction.CleanFromOutput,
            Latents = down / sigma,
            Clean = 1 - (down / sigma),
            Noise = up,
        };
    }

    private static (double Down, double Up) Ancestral(double sigma, double next)
    {
        var up = next * Math.Sqrt(Math.Max((sigma * sigma) - (next * next), 0)) / sigma;
        return (Math.Sqrt(Math.Max((next * next) - (up * up), 0)), up);
    }
}
