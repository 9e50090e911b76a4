namespace DpSynth.Models.Schedulers;

/// <summary>What the UNet predicts of x_t = α x₀ + σ ε, with α² + σ² = 1.</summary>
public enum PredictionType
{
    /// <summary>The noise ε.</summary>
    Epsilon,

    /// <summary>v = α ε − σ x₀ (Salimans and Ho, arXiv 2202.00512).</summary>
    Velocity,

    /// <summary>The clean latents x₀.</summary>
    Sample,
}
