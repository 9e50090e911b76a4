namespace DpSynth.Models.Schedulers;

/// <summary>What a scheduler class takes for fields that its configuration leaves out; as in diffusers 0.24 to 0.35.</summary>
/// <param name="BetaStart">β of the first training timestep.</param>
/// <param name="BetaEnd">β of the last training timestep.</param>
/// <param name="BetaSchedule">How β goes from the one to the other.</param>
/// <param name="Spacing">Which training timesteps are visited.</param>
/// <param name="ClipSample">Whether x₀ is clipped.</param>
public sealed record SchedulerDefaults(double BetaStart, double BetaEnd, string BetaSchedule, string Spacing, bool ClipSample)
{
    /// <summary>The defaults of a kind.</summary>
    public static SchedulerDefaults Of(SchedulerKind kind) => kind switch
    {
        SchedulerKind.Ddim => new(0.0001, 0.02, "linear", "leading", ClipSample: true),
        SchedulerKind.Pndm => new(0.0001, 0.02, "linear", "leading", ClipSample: false),
        SchedulerKind.Lcm => new(0.00085, 0.012, "scaled_linear", "leading", ClipSample: false),
        _ => new(0.0001, 0.02, "linear", "linspace", ClipSample: false),
    };
}
