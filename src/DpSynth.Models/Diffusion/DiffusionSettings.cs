using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Diffusion;

/// <summary>How images are sampled.</summary>
public sealed record DiffusionSettings
{
    /// <summary>Steps of the schedule, 1 to 1000.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>g in ε = ε_unconditional + g (ε_condition − ε_unconditional), 0 to 50; up to 1 the unconditional side is left out.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>The scheduler; null for the one in the folder's configuration.</summary>
    public SchedulerName? Scheduler { get; init; }

    /// <summary>Width in pixels; null for the model's own.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels; null for the model's own.</summary>
    public int? Height { get; init; }
}
