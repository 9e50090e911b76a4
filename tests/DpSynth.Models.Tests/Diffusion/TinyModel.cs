using DpSynth.Models.Diffusion;

namespace DpSynth.Models.Tests.Diffusion;

/// <summary>The family that ships, loaded once for all tests of a class.</summary>
public sealed class TinyModel : IDisposable
{
    public StableDiffusionPipeline Pipeline { get; } = StableDiffusionPipeline.Load(Fixtures.ModelFolder);

    public void Dispose() => Pipeline.Dispose();
}
