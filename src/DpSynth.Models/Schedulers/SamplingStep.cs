namespace DpSynth.Models.Schedulers;

/// <summary>
/// One step of a sampler, as numbers. With latents x, the model's output m = UNet(<see cref="InputScale"/> · x, <see cref="Timestep"/>)
/// and x₀ = clip(<see cref="CleanFromLatents"/> · x + <see cref="CleanFromOutput"/> · m), the next latents are
/// <see cref="Latents"/> · x + <see cref="Output"/> · m + Σ <see cref="PastOutputs"/> · (m of earlier steps) + <see cref="Clean"/> · x₀
/// + <see cref="PreviousClean"/> · (x₀ of the step before) + <see cref="Noise"/> · (fresh standard normal noise).
/// </summary>
public readonly record struct SamplingStep
{
    /// <summary>The timestep that the model is told; may be fractional.</summary>
    public required double Timestep { get; init; }

    /// <summary>Factor of the latents before the model.</summary>
    public double InputScale { get; init; }

    /// <summary>Factor of the latents in x₀.</summary>
    public double CleanFromLatents { get; init; }

    /// <summary>Factor of the model's output in x₀.</summary>
    public double CleanFromOutput { get; init; }

    /// <summary>Factor of the latents in the next latents.</summary>
    public double Latents { get; init; }

    /// <summary>Factor of the model's output in the next latents.</summary>
    public double Output { get; init; }

    /// <summary>Factors of earlier steps' outputs in the next latents, the step before first; empty for samplers without.</summary>
    public IReadOnlyList<double> PastOutputs { get => field ?? []; init; }

    /// <summary>Factor of x₀ in the next latents.</summary>
    public double Clean { get; init; }

    /// <summary>Factor of the step before's x₀ in the next latents; 0 at the first step.</summary>
    public double PreviousClean { get; init; }

    /// <summary>Factor of fresh noise in the next latents; 0 where none is drawn.</summary>
    public double Noise { get; init; }
}
