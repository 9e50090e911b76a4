namespace DpSynth.Models.Schedulers;

/// <summary>
/// DPM-Solver++ (2M): with λ = log(α/σ) and h = λ' − λ, x' = (σ'/σ) x − α' (e^−h − 1) D, where D extrapolates x₀ from this step and
/// the one before (arXiv 2211.01095, algorithm 2).
/// </summary>
internal static class DpmSolverScheduler
{
    private const int FewSteps = 15;

    public static SamplingPlan Plan(SchedulerConfiguration configuration, int steps, int run)
    {
        var noise = configuration.Noise;
        var timesteps = Timesteps.Multistep(configuration, steps);
        var sigmas = timesteps.Select(timestep => noise.Sigmas[timestep]).ToArray();
        if (configuration.KarrasSigmas)
        {
            sigmas = KarrasSpacing.Sigmas(noise.Sigmas[^1], noise.Sigmas[0], steps);
            timesteps = [.. sigmas.Select(sigma => (int)Math.Round(noise.TimestepOf(sigma)))];
        }

        double[] levels = [.. sigmas, configuration.EndsAtZero ? 0 : noise.Sigmas[0]];
        var plan = new SamplingStep[run];
        for (var i = 0; i < run; i++)
        {
            var place = steps - run + i;
            var final = place == steps - 1
                && (configuration.EulerAtFinal || configuration.EndsAtZero || (configuration.LowerOrderFinal && steps < FewSteps));
            var second = i > 0 && configuration.SolverOrder == 2 && !final;
            plan[i] = Step(configuration, timesteps[place], second ? levels[place - 1] : null, levels[place], levels[place + 1]);
        }

        var (signal, start) = Scales(levels[steps - run]);
        return new SamplingPlan(plan, signal, start, 1, ClipRange: null);
    }

    private static SamplingStep Step(SchedulerConfiguration configuration, double timestep, double? before, double here, double next)
    {
        var (alpha, sigma) = Scales(here);
        var (nextAlpha, nextSigma) = Scales(next);
        var prediction = CleanPrediction.Of(configuration.Prediction, alpha, sigma);

        // e^−h = σ'α/(α'σ), the ratio of the two noise levels; at σ' = 0 it is 0.
        var decay = next / here;
        var first = nextAlpha * (1 - decay);
        var previous = 0.0;
        if (before is { } earlier && earlier > here && here > next)
        {
            var h = Math.Log(here / next);
            var ratio = Math.Log(earlier / here) / h;
            var weight = configuration.HeunSolver ? nextAlpha * (1 + ((decay - 1) / h)) : 0.5 * first;
            previous = -weight / ratio;
        }

        return new SamplingStep
        {
            Timestep = timestep,
            InputScale = 1,
            CleanFromLatents = prediction.CleanFromLatents,
            CleanFromOutput = prediction.CleanFromOutput,
            Latents = nextSigma / sigma,
            Clean = first - previous,
            PreviousClean = previous,
        };
    }

    private static (double Alpha, double Sigma) Scales(double level)
    {
        var alpha = 1 / Math.Sqrt((level * level) + 1);
        return (alpha, level * alpha);
    }
}
