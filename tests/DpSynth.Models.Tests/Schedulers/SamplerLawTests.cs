using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Tests.Schedulers;

/// <summary>
/// Data that is normal, N(0.8, 0.5²): its ideal denoiser is known, E[x₀ | x] = m + α s² (x − α m)/(α² s² + σ²), and everything is linear
/// in the noise, so that a sampler's mean and deviation follow exactly from a few runs. They must come to those of the data.
/// </summary>
public sealed class SamplerLawTests
{
    private const double Mean = 0.8;
    private const double Deviation = 0.5;

    // Fields at which the schedule reaches the end, where almost no signal is left.
    private const string Trailing = """ "timestep_spacing": "trailing", "clip_sample": false, "skip_prk_steps": true """;

    [Theory]
    [InlineData("DDIMScheduler", "epsilon", 200, 0.01)]
    [InlineData("DDIMScheduler", "v_prediction", 200, 0.01)]
    [InlineData("EulerDiscreteScheduler", "epsilon", 200, 0.02)]
    [InlineData("EulerDiscreteScheduler", "sample", 200, 0.02)]
    [InlineData("EulerAncestralDiscreteScheduler", "epsilon", 500, 0.02)]
    [InlineData("PNDMScheduler", "epsilon", 200, 0.01)]
    [InlineData("PNDMScheduler", "v_prediction", 200, 0.01)]
    [InlineData("DPMSolverMultistepScheduler", "epsilon", 200, 0.01)]
    [InlineData("DPMSolverMultistepScheduler", "v_prediction", 200, 0.01)]
    public void Samples_have_the_law_of_the_data(string className, string prediction, int steps, double tolerance)
    {
        var (mean, deviation) = Law(className, prediction, steps);

        Assert.InRange(mean, Mean - tolerance, Mean + tolerance);
        Assert.InRange(deviation, Deviation - tolerance, Deviation + tolerance);
    }

    [Fact]
    public void Twice_the_steps_bring_the_second_order_solver_nearer_than_the_first()
    {
        static double Error(string className, int steps) => Math.Abs(Law(className, "epsilon", steps).Deviation - Deviation);

        Assert.True(Error("DDIMScheduler", 40) < Error("DDIMScheduler", 20));
        Assert.True(Error("DPMSolverMultistepScheduler", 20) < Error("DDIMScheduler", 20));
    }

    [Theory]
    [InlineData("DDIMScheduler")]
    [InlineData("EulerDiscreteScheduler")]
    [InlineData("DPMSolverMultistepScheduler")]
    [InlineData("LCMScheduler")]
    public void What_the_model_predicts_does_not_matter(string className)
    {
        double Sample(string prediction)
        {
            var plan = Plan(className, prediction, 12);
            return ScalarSampler.Run(plan, 0.4 * plan.PureNoise, Ideal(className, prediction), i => 0.1 * i);
        }

        var expected = Sample("epsilon");
        Assert.Equal(expected, Sample("v_prediction"), 1e-9);
        Assert.Equal(expected, Sample("sample"), 1e-9);
    }

    [Theory]
    [InlineData("DDIMScheduler")]
    [InlineData("EulerDiscreteScheduler")]
    [InlineData("DPMSolverMultistepScheduler")]
    public void A_model_that_knows_the_image_gives_the_image(string className)
    {
        var plan = Plan(className, "sample", 5);
        Assert.Equal(0.37, ScalarSampler.Run(plan, -2 * plan.PureNoise, (_, _) => 0.37), 1e-12);
    }

    [Theory]
    [InlineData("DDIMScheduler")]
    [InlineData("EulerDiscreteScheduler")]
    [InlineData("EulerAncestralDiscreteScheduler")]
    [InlineData("DPMSolverMultistepScheduler")]
    [InlineData("LCMScheduler")]
    public void Strength_runs_the_end_of_the_schedule_from_the_level_of_its_first_step(string className)
    {
        var configuration = SchedulerFile.Read(className, Trailing);
        var whole = SamplingPlan.Create(configuration, 10);
        var part = SamplingPlan.Create(configuration, 10, 0.35);

        if (className == "LCMScheduler")
        {
            Assert.Equal(10, part.Steps.Count);
            Assert.True(part.Steps[0].Timestep < whole.Steps[0].Timestep);
        }
        else
        {
            Assert.Equal(whole.Steps.TakeLast(3).Select(step => step.Timestep), part.Steps.Select(step => step.Timestep));
        }

        // x = signal · x₀ + noise · ε has the ratio of levels of that timestep.
        var level = configuration.Noise.SigmaAt(part.Steps[0].Timestep);
        Assert.Equal(level, part.StartNoise / part.StartSignal, 1e-9);
        Assert.Equal(0, part.Steps[0].PreviousClean);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.1)]
    [InlineData(1.0001)]
    [InlineData(double.NaN)]
    public void Strength_must_lie_inside_its_range(double strength) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SamplingPlan.Create(SchedulerFile.Read("DDIMScheduler"), 10, strength));

    [Fact]
    public void Strength_runs_one_step_at_least() =>
        Assert.Single(SamplingPlan.Create(SchedulerFile.Read("DDIMScheduler"), 10, 0.01).Steps);

    private static SamplingPlan Plan(string className, string prediction, int steps) =>
        SamplingPlan.Create(SchedulerFile.Read(className, $"{Trailing}, \"prediction_type\": \"{prediction}\""), steps);

    private static (double Mean, double Deviation) Law(string className, string prediction, int steps)
    {
        var plan = Plan(className, prediction, steps);
        var model = Ideal(className, prediction);

        // From noised data, not from noise alone: Stable Diffusion's last noise level leaves some signal.
        var start = plan.StartSignal * Mean;
        var startVariance = Square(plan.StartSignal * Deviation) + Square(plan.StartNoise);
        var mean = ScalarSampler.Run(plan, start, model, _ => 0);
        var variance = Square(ScalarSampler.Run(plan, start + Math.Sqrt(startVariance), model, _ => 0) - mean);
        for (var drawn = 0; plan.DrawsNoise && drawn < steps; drawn++)
        {
            variance += Square(ScalarSampler.Run(plan, start, model, i => i == drawn ? 1 : 0) - mean);
        }

        return (mean, Math.Sqrt(variance));
    }

    private static double Square(double value) => value * value;

    // The input is α x₀ + σ ε with α² + σ² = 1, whatever scale the sampler works in.
    private static Func<double, double, double> Ideal(string className, string prediction)
    {
        var noise = SchedulerFile.Read(className, Trailing).Noise;
        return (x, timestep) =>
        {
            var level = noise.SigmaAt(timestep);
            var alpha = 1 / Math.Sqrt((level * level) + 1);
            var sigma = level * alpha;
            var clean = Mean + (alpha * Deviation * Deviation * (x - (alpha * Mean)) / Square(Math.Sqrt(Square(alpha * Deviation) + Square(sigma))));
            var epsilon = (x - (alpha * clean)) / sigma;
            return prediction switch
            {
                "epsilon" => epsilon,
                "v_prediction" => (alpha * epsilon) - (sigma * clean),
                _ => clean,
            };
        };
    }
}
