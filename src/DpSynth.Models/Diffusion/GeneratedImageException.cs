namespace DpSynth.Models.Diffusion;

/// <summary>A model made something that is no image: numbers that are not finite, or nothing but black. The message is one sentence.</summary>
public sealed class GeneratedImageException(string message) : Exception(message);
