namespace DpSynth.Catalogue.Pixels;

/// <summary>The weights with which one output sample takes its input samples, which lie side by side.</summary>
/// <param name="Start">The first input sample.</param>
/// <param name="Weights">Weights of the samples from there on; they add up to 1.</param>
internal sealed record Band(int Start, float[] Weights)
{
    /// <summary>The bands of a Gaussian blur followed by averaging runs of <paramref name="factor"/> samples.</summary>
    /// <param name="length">Input samples; beyond both ends the outermost repeats.</param>
    /// <param name="sigma">Standard deviation of the blur in samples, cut off at 3σ; 0 for none.</param>
    /// <param name="factor">Samples averaged into one.</param>
    public static Band[] BlurThenAverage(int length, double sigma, int factor)
    {
        var radius = (int)Math.Ceiling(3 * sigma);
        var kernel = new double[(2 * radius) + 1];
        for (var i = 0; i < kernel.Length; i++)
        {
            kernel[i] = sigma > 0 ? Math.Exp(-(i - radius) * (i - radius) / (2 * sigma * sigma)) : 1;
        }

        var mass = kernel.Sum();
        var bands = new Band[(length + factor - 1) / factor];
        for (var output = 0; output < bands.Length; output++)
        {
            var weights = new double[length];
            var end = Math.Min(length, (output + 1) * factor);
            for (var centre = output * factor; centre < end; centre++)
            {
                for (var i = 0; i < kernel.Length; i++)
                {
                    weights[Math.Clamp(centre + i - radius, 0, length - 1)] += kernel[i] / mass / (end - (output * factor));
                }
            }

            var first = Array.FindIndex(weights, static weight => weight > 0);
            var last = Array.FindLastIndex(weights, static weight => weight > 0);
            bands[output] = new Band(first, Array.ConvertAll(weights[first..(last + 1)], static weight => (float)weight));
        }

        return bands;
    }
}
