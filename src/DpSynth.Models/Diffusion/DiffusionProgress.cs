namespace DpSynth.Models.Diffusion;

/// <summary>How far a request is.</summary>
/// <param name="Done">Steps done, summed over images.</param>
/// <param name="Total">Steps there are, summed over images.</param>
public readonly record struct DiffusionProgress(long Done, long Total);
