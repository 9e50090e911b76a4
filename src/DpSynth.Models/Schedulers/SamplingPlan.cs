namespace DpSynth.Models.Schedulers;

/// <summary>All steps of one sampling, and how it starts. Everything about it is known before the model runs for the first time.</summary>
/// <param name="Steps">The steps in order.</param>
/// <param name="StartSignal">Factor of the initial image's latents at the start; used by image to image only.</param>
/// <param name="StartNoise">Factor of standard normal noise at the start of image to image.</param>
/// <param name="PureNoise">Factor of standard normal noise at the start of text to image.</param>
/// <param name="ClipRange">Bound to which |x₀| is clipped; null for none.</param>
public sealed record SamplingPlan(
    IReadOnlyList<SamplingStep> Steps, double StartSignal, double StartNoise, double PureNoise, double? ClipRange)
{
    /// <summary>The longest schedule allowed.</summary>
    public const int MaxSteps = 1000;

    /// <summary>Whether any step draws fresh noise.</summary>
    public bool DrawsNoise => Steps.Any(step => step.Noise != 0);

    /// <summary>Plans a sampling.</summary>
    /// <param name="configuration">The scheduler.</param>
    /// <param name="steps">Steps of the whole schedule, 1 to 1000 and at most the training timesteps.</param>
    /// <param name="strength">
    /// In (0, 1]: the part of the schedule that is run, from an image on: the last ⌊steps · strength⌋ steps, at least one, as diffusers
    /// does. 1 runs all. Consistency models run all their steps, from a noise level that the strength sets.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Steps or strength is out of range.</exception>
    public static SamplingPlan Create(SchedulerConfiguration configuration, int steps, double strength = 1)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, Math.Min(MaxSteps, configuration.Noise.Count));
        if (!(strength is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(strength), strength, "The strength must lie inside (0, 1].");
        }

        var run = Math.Clamp((int)(steps * strength), 1, steps);
        return configuration.Kind switch
        {
            SchedulerKind.Ddim => DdimScheduler.Plan(configuration, steps, run),
            SchedulerKind.Euler or SchedulerKind.EulerAncestral => EulerScheduler.Plan(configuration, steps, run),
            SchedulerKind.DpmSolver => DpmSolverScheduler.Plan(configuration, steps, run),
            SchedulerKind.Pndm => PndmScheduler.Plan(configuration, steps, run),
            SchedulerKind.Lcm => LcmScheduler.Plan(configuration, steps, strength),
            _ => throw new ArgumentOutOfRangeException(nameof(configuration), configuration.Kind, "There is no such scheduler."),
        };
    }
}
