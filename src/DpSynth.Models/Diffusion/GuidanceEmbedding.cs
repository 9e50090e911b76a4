namespace DpSynth.Models.Diffusion;

/// <summary>
/// The guidance scale as distilled models take it: sines and cosines of 1000 · (g − 1) at falling frequencies (Meng et al., "On
/// Distillation of Guided Diffusion Models", arXiv 2210.03142; Luo et al., arXiv 2310.04378).
/// </summary>
internal static class GuidanceEmbedding
{
    public static float[] Of(double guidanceScale, int dimension)
    {
        var embedding = new float[dimension];
        var half = dimension / 2;
        for (var i = 0; i < half; i++)
        {
            var angle = 1000 * (guidanceScale - 1) * Math.Exp(-Math.Log(10_000) * i / (half - 1));
            embedding[i] = (float)Math.Sin(angle);
            embedding[half + i] = (float)Math.Cos(angle);
        }

        return embedding;
    }
}
