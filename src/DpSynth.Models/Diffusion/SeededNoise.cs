namespace DpSynth.Models.Diffusion;

/// <summary>
/// Noise from an image's own seed, so that the image is the same whatever else is in the batch: SplitMix64 (Steele, Lea and Flood,
/// OOPSLA 2014) through the transform of Box and Muller (1958), both numbers of a pair used. Never for privacy noise.
/// </summary>
internal sealed class SeededNoise(ulong seed) : ILatentNoise
{
    private ulong _state = seed;

    public void Fill(Span<float> values)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * NextUniform());
            values[i] = (float)(radius * cosine);
            if (i + 1 < values.Length)
            {
                values[i + 1] = (float)(radius * sine);
            }
        }
    }

    // Uniform in [0, 1), a multiple of 2⁻⁵³.
    private double NextUniform()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
