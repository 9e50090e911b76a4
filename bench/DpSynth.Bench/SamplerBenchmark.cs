using System.Diagnostics;
using System.Numerics;
using DpSynth.Privacy;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Bench;

/// <summary>
/// Samples a second of the exact discrete Gaussian sampler on one core, secure generator included, beside the same algorithm in
/// arbitrary-precision integers and beside continuous noise by Box-Muller from the same generator, which is neither exact nor safe.
/// </summary>
internal static class SamplerBenchmark
{
    private const int Repetitions = 5;

    public static void Run(TextWriter output)
    {
        (string Name, Rational SigmaSquared)[] settings =
        [
            ("0.5", Rational.Parse("1/4")),
            ("1", Rational.Parse("1")),
            ("5", Rational.Parse("25")),
            ("5.3 as a double", Rational.FromDouble(5.3 * 5.3)),
            ("100", Rational.Parse("10000")),
            ("5.3 votes of 2^10", Rational.FromDouble(5.3 * 5.3 * (1 << 20))),
            ("2^20", new Rational(BigInteger.One << 40, 1)),
        ];
        SecureDiscreteGaussianNoise noise = new();
        foreach (var (name, sigmaSquared) in settings)
        {
            var exact = SamplesPerSecond(1_000_000, draws => noise.Fill(draws, sigmaSquared, "bench"));
            var general = SamplesPerSecond(50_000, draws => General(draws, sigmaSquared));
            var continuous = SamplesPerSecond(1_000_000, draws => BoxMuller(draws, Math.Sqrt(sigmaSquared.ToDouble())));
            output.WriteLine(
                $"sigma {name}: {exact / 1e6:F2} million samples/s; arbitrary precision {general / 1e6:F3}, {exact / general:F0} times slower; " +
                $"continuous {continuous / 1e6:F1}, {continuous / exact:F1} times faster");
        }
    }

    private static void General(Span<long> draws, Rational sigmaSquared)
    {
        using RandomBits bits = new(new SecureRandomBytes());
        DiscreteGaussianSampler.Fill<BigInteger, UniformIntegers>(draws, sigmaSquared, new UniformIntegers(bits));
    }

    private static void BoxMuller(Span<long> draws, double sigma)
    {
        using RandomBits bits = new(new SecureRandomBytes());
        foreach (ref var draw in draws)
        {
            var radius = Math.Sqrt(-2 * Math.Log((bits.Next(53) + 1) * Math.ScaleB(1, -53)));
            draw = (long)Math.Round(sigma * radius * Math.Cos(2 * Math.PI * bits.Next(53) * Math.ScaleB(1, -53)));
        }
    }

    private static double SamplesPerSecond(int count, Action<long[]> fill)
    {
        var draws = new long[count];
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            fill(draws);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return count / best;
    }
}
