using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Tests.Schedulers;

/// <summary>Runs a plan on one number, as <see cref="SamplingStep"/> describes it.</summary>
internal static class ScalarSampler
{
    /// <summary>Samples one number.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="start">The latents it starts from.</param>
    /// <param name="model">The model's output, from its scaled input and its timestep.</param>
    /// <param name="noise">The noise drawn after a step; null for a plan that draws none.</param>
    public static double Run(SamplingPlan plan, double start, Func<double, double, double> model, Func<int, double>? noise = null)
    {
        var latents = start;
        var previous = 0.0;
        var outputs = new List<double>();
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            var output = model(step.InputScale * latents, step.Timestep);
            var clean = (step.CleanFromLatents * latents) + (step.CleanFromOutput * output);
            if (plan.ClipRange is { } range)
            {
                clean = Math.Clamp(clean, -range, range);
            }

            latents = (step.Latents * latents) + (step.Output * output) + (step.Clean * clean) + (step.PreviousClean * previous)
                + (step.Noise == 0 ? 0 : step.Noise * noise!(i));
            for (var past = 0; past < step.PastOutputs.Count; past++)
            {
                latents += step.PastOutputs[past] * outputs[past];
            }

            outputs.Insert(0, output);
            previous = clean;
        }

        return latents;
    }
}
