namespace DpSynth.Models.Diffusion;

/// <summary>What a <see cref="LatentSampler"/>'s memory is made for.</summary>
/// <param name="Images">Images sampled together.</param>
/// <param name="Guided">Whether each takes two rows of the UNet's batch.</param>
/// <param name="Height">Height of latents.</param>
/// <param name="Width">Width of latents.</param>
/// <param name="Tokens">Tokens of a conditioning.</param>
/// <param name="Pooled">Length of the pooled embedding; 0 for models without.</param>
internal readonly record struct SamplerShape(int Images, bool Guided, int Height, int Width, int Tokens, int Pooled)
{
    public int Rows => Guided ? 2 * Images : Images;
}
