using DpSynth.Models.Diffusion;

namespace DpSynth.Models.Tests.Diffusion;

/// <summary>Noise that was saved.</summary>
internal sealed class FixedNoise(float[] values) : ILatentNoise
{
    public void Fill(Span<float> destination) => values.CopyTo(destination);
}
