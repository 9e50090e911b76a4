using System.Diagnostics;
using System.Numerics;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Accounting.LossDistributions;
using MathNet.Numerics.IntegralTransforms;

namespace DpSynth.Bench;

/// <summary>
/// Times of the accountants on one thread. No other accountant for privacy loss distributions runs on .NET, so the peers are the product's
/// own Rényi accountant (coarser, no composition), a direct convolution of the same laws, and MathNet.Numerics for the transform alone.
/// </summary>
internal static class AccountantsBenchmark
{
    private const int Repetitions = 15;

    public static void Run(TextWriter output)
    {
        var cases = new (string Name, double Delta, PrivacyEvent[] Events)[]
        {
            ("10,000 × subsampled, q 0.01, σ 1.5", 1e-5, [Subsampled(0.01, 1.5, 10_000)]),
            ("10,000 × subsampled, q 0.0001, σ 0.5", 1e-8, [Subsampled(0.0001, 0.5, 10_000)]),
            ("10,000 × subsampled, q 0.5, σ 10", 1e-6, [Subsampled(0.5, 10, 10_000)]),
            ("1,000,000 × subsampled, q 0.0001, σ 1", 1e-5, [Subsampled(0.0001, 1, 1_000_000)]),
            (
                "mixed: 10 discrete, 4 × 200 subsampled, 5 Gaussian", 1e-5,
                [
                    new DiscreteGaussianEvent { SigmaSquared = new Rational(100, 1), Count = 10 },
                    .. new[] { 0.7, 0.9, 1.1, 1.3 }.Select(sigma => Subsampled(0.01, sigma, 200)),
                    new GaussianEvent { NoiseMultiplier = 12, Count = 5 },
                ]),
            ("lattice: 1,000 × discrete, σ² 100", 1e-5, [new DiscreteGaussianEvent { SigmaSquared = new Rational(100, 1), Count = 1000 }]),
        };
        foreach (var (name, delta, events) in cases)
        {
            var seconds = Best(() => PldAccountant.Epsilon(events, delta));
            var renyiSeconds = Best(() => RdpAccountant.Epsilon(events, delta));
            var bound = PldAccountant.Epsilon(events, delta);
            var renyi = RdpAccountant.Epsilon(events, delta).Epsilon;
            output.WriteLine(
                $"{name}: {seconds * 1e3:F1} ms, epsilon {bound.Lower:G7} to {bound.Upper:G7}; " +
                $"Rényi {renyiSeconds * 1e3:F1} ms, {renyi:G7} ({renyi / bound.Upper:F3} times)");
        }

        Lattice(output);
        Calibration(output);
        foreach (var size in new[] { 1 << 12, 1 << 16, 1 << 20 })
        {
            Transform(output, size);
        }
    }

    private static SubsampledGaussianEvent Subsampled(double rate, double sigma, int count) =>
        new() { SamplingRate = rate, NoiseMultiplier = sigma, Count = count };

    private static void Lattice(TextWriter output)
    {
        const int Measurements = 200;
        const int Reach = 120;
        PrivacyEvent[] events = [new DiscreteGaussianEvent { SigmaSquared = new Rational(100, 1), Count = Measurements }];
        var ours = Best(() => PldAccountant.Epsilon(events, 1e-6));
        var direct = Best(() =>
        {
            var law = Enumerable.Range(-Reach, (2 * Reach) + 1).Select(x => Math.Exp(-x * x / 200.0)).ToArray();
            var total = law.Sum();
            double[] sum = [1];
            for (var step = 0; step < Measurements; step++)
            {
                var next = new double[sum.Length + (2 * Reach)];
                for (var i = 0; i < sum.Length; i++)
                {
                    var mass = sum[i] / total;
                    for (var j = 0; j < law.Length; j++)
                    {
                        next[i + j] += mass * law[j];
                    }
                }

                sum = next;
            }

            return sum.Length;
        });
        output.WriteLine(
            $"lattice: {Measurements} × discrete, σ² 100: {ours * 1e3:F2} ms; direct convolution {direct * 1e3:F1} ms, {direct / ours:F0} times slower");
    }

    private static void Calibration(TextWriter output)
    {
        var even = Enumerable.Repeat(1.0, 20).ToArray();
        var uneven = Enumerable.Range(1, 20).Select(t => 1 + (0.37 * t)).ToArray();
        output.WriteLine(
            $"calibration of 20 releases: even {Best(() => NoiseCalibration.Calibrate(1, 1e-5, even)) * 1e3:F1} ms, " +
            $"uneven {Best(() => NoiseCalibration.Calibrate(1, 1e-5, uneven)) * 1e3:F1} ms, " +
            $"uneven vectors {Best(() => NoiseCalibration.Calibrate(1, 1e-5, uneven, 1024, ContributionShape.Vector)) * 1e3:F1} ms");
    }

    private static void Transform(TextWriter output, int size)
    {
        var random = new Random(1);
        var real = Enumerable.Range(0, size).Select(_ => random.NextDouble()).ToArray();
        var imaginary = Enumerable.Range(0, size).Select(_ => random.NextDouble()).ToArray();
        var complex = real.Zip(imaginary, (a, b) => new Complex(a, b)).ToArray();
        var fourier = new ComplexFourier(size);
        var packed = new double[size + 2];
        var ours = Best(() =>
        {
            fourier.Forward(real, imaginary);
            fourier.Backward(real, imaginary);
            Scale(real, 1.0 / size);
            Scale(imaginary, 1.0 / size);
            return 0;
        });
        MathNet.Numerics.Control.UseSingleThread();
        var theirs = Best(() =>
        {
            Fourier.Forward(complex, FourierOptions.Default);
            Fourier.Inverse(complex, FourierOptions.Default);
            return 0;
        });
        var theirReal = Best(() =>
        {
            Fourier.ForwardReal(packed, size, FourierOptions.Default);
            Fourier.InverseReal(packed, size, FourierOptions.Default);
            return 0;
        });
        output.WriteLine(
            $"two real sequences of {size:N0} there and back: {ours * 1e3:F3} ms; MathNet complex {theirs * 1e3:F3} ms " +
            $"({theirs / ours:F1} times), MathNet real twice {2 * theirReal * 1e3:F3} ms ({2 * theirReal / ours:F1} times)");
    }

    private static void Scale(double[] values, double factor)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }

    private static double Best<T>(Func<T> work)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            GC.KeepAlive(work());
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
