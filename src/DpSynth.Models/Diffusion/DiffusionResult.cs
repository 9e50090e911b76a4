using DpSynth.Imaging;

namespace DpSynth.Models.Diffusion;

/// <summary>The images made.</summary>
/// <param name="Images">One image a seed, sRGB.</param>
/// <param name="Warnings">What the caller should be told: a smaller batch than planned, for example. One sentence each.</param>
public sealed record DiffusionResult(ImageBatch Images, IReadOnlyList<string> Warnings)
{
    /// <summary>Drawings that the model's safety checker flagged and that were made anew; none of them is among the images.</summary>
    public int Redrawn { get; init; }
}
