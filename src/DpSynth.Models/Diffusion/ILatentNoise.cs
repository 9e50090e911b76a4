namespace DpSynth.Models.Diffusion;

/// <summary>Where one image's noise comes from: first the noise it starts from, then what its steps draw.</summary>
internal interface ILatentNoise
{
    /// <summary>Fills with independent standard normal numbers.</summary>
    void Fill(Span<float> values);
}
