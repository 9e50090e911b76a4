namespace DpSynth.Models.Embedding;

/// <summary>
/// The input samples of one output sample along one axis, and their weights, by Pillow's rules: the filter widens as the image shrinks, so that
/// every input pixel counts; weights beyond the edge are left out and the rest made to add up to 1, in fixed point.
/// </summary>
/// <param name="Start">The first input sample.</param>
/// <param name="Weights">Weights in units of 2^−<see cref="FractionBits"/>.</param>
internal sealed record ResamplingWeights(int Start, int[] Weights)
{
    /// <summary>Bits behind the point: with 8 bits of a sample and 2 bits of headroom they fill 32.</summary>
    public const int FractionBits = 22;

    /// <summary>The weights of all output samples of an axis.</summary>
    public static ResamplingWeights[] Along(int inputLength, int outputLength, ResamplingFilter filter)
    {
        var result = new ResamplingWeights[outputLength];
        var scale = (double)inputLength / outputLength;
        for (var i = 0; i < outputLength; i++)
        {
            result[i] = filter == ResamplingFilter.Nearest
                ? new((int)((i + 0.5) * scale), [1 << FractionBits])
                : Around((i + 0.5) * scale, Math.Max(scale, 1), inputLength, filter);
        }

        return result;
    }

    private static ResamplingWeights Around(double centre, double stretch, int inputLength, ResamplingFilter filter)
    {
        var reach = Reach(filter) * stretch;
        var start = Math.Max(0, (int)(centre - reach + 0.5));
        var end = Math.Min(inputLength, (int)(centre + reach + 0.5));
        var weights = new double[end - start];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Value(filter, (start + i + 0.5 - centre) / stretch);
        }

        var sum = weights.Sum();
        return new(start, Array.ConvertAll(weights, weight => Rounded(weight / sum * (1 << FractionBits))));
    }

    // Half a unit away from zero.
    private static int Rounded(double value) => (int)(value < 0 ? value - 0.5 : value + 0.5);

    private static double Reach(ResamplingFilter filter) => filter switch
    {
        ResamplingFilter.Box => 0.5,
        ResamplingFilter.Bilinear or ResamplingFilter.Hamming => 1,
        ResamplingFilter.Bicubic => 2,
        _ => 3,
    };

    private static double Value(ResamplingFilter filter, double x) => filter switch
    {
        ResamplingFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        ResamplingFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
        ResamplingFilter.Hamming => Math.Abs(x) < 1 ? Sinc(x) * (0.54 + (0.46 * Math.Cos(Math.PI * x))) : 0,
        ResamplingFilter.Bicubic => Cubic(Math.Abs(x)),
        _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Cubic(double x) => x switch
    {
        < 1 => (((1.5 * x) - 2.5) * x * x) + 1,
        < 2 => (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2,
        _ => 0,
    };
}
