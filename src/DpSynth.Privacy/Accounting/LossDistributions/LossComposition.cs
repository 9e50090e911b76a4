using System.Numerics;

namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Adds up the losses of many measurements by powers of Fourier transforms, with a bound of the rounding error.</summary>
/// <remarks>
/// <para>
/// The pessimistic laws travel as the real part and the optimistic ones as the imaginary part of one transform. The sum is found
/// modulo the transform's size; what lies outside the window is bounded by Chernoff's inequality on the very masses transformed.
/// </para>
/// <para>
/// Rounding: an output of a radix-2 transform of N points is a sum over log2 N stages of intermediate values whose absolute sum a stage
/// is at most the l1 norm of the input, so its error is at most 5·u·log2 N times that norm, u = 2⁻⁵³ (√5·u for a complex product, the
/// rest for twiddle factor and addition; Higham, Accuracy and Stability of Numerical Algorithms, section 24.1). Powers and products
/// multiply it, see <see cref="Spectrum"/>.
/// </para>
/// </remarks>
internal static class LossComposition
{
    private const double UnitRoundoff = 1.1102230246251565e-16;

    /// <summary>Composes.</summary>
    /// <param name="losses">The laws and how often each is measured.</param>
    /// <param name="interval">h.</param>
    /// <param name="bottom">Where the window of losses begins that the result covers.</param>
    /// <param name="fourier">The transform; its size times h is the length of the window.</param>
    /// <returns>Tilted masses of the sum from above and from below, with their error.</returns>
    internal static (ComposedLoss Pessimistic, ComposedLoss Optimistic) Compose(
        IReadOnlyList<(MeshedLoss Loss, long Count)> losses, double interval, double bottom, ComplexFourier fourier)
    {
        var size = fourier.Size;
        var real = new double[size];
        var imaginary = new double[size];
        Spectrum pessimistic = new(size);
        Spectrum optimistic = new(size);
        double origin = 0;
        var unit = 5 * UnitRoundoff * BitOperations.Log2((uint)size);
        foreach ((var loss, var count) in losses)
        {
            Array.Clear(real);
            Array.Clear(imaginary);
            var norm = Wrap(loss.Pessimistic, real) + Wrap(loss.Optimistic, imaginary);
            fourier.Forward(real, imaginary);
            pessimistic.Multiply(real, imaginary, swapped: false, count, unit * norm);
            optimistic.Multiply(real, imaginary, swapped: true, count, unit * norm);
            origin += count * loss.Origin;
        }

        (var pessimisticError, var pessimisticNorm) = pessimistic.Error();
        (var optimisticError, var optimisticNorm) = optimistic.Error();
        Spectrum.Join(pessimistic, optimistic, real, imaginary);
        fourier.Backward(real, imaginary);
        var leaked = unit * (pessimisticNorm + optimisticNorm);
        var first = (int)Math.Round((bottom - origin) / interval);
        var start = origin + (first * interval);
        return (
            new ComposedLoss(start, Unwrap(real, first), pessimisticError + leaked),
            new ComposedLoss(start, Unwrap(imaginary, first), optimisticError + leaked));
    }

    private static double Wrap(GridMasses masses, double[] cyclic)
    {
        var mask = cyclic.Length - 1;
        double norm = 0;
        for (var i = 0; i < masses.Values.Length; i++)
        {
            // The mask keeps the low bits, which are right even where the sum leaves the range of an int.
            cyclic[unchecked(masses.First + i) & mask] += masses.Values[i];
            norm += masses.Values[i];
        }

        return norm;
    }

    private static double[] Unwrap(double[] cyclic, int first)
    {
        var window = new double[cyclic.Length];
        var mask = cyclic.Length - 1;
        var scale = 1.0 / cyclic.Length;
        for (var i = 0; i < window.Length; i++)
        {
            window[i] = cyclic[unchecked(first + i) & mask] * scale;
        }

        return window;
    }
}

/// <summary>Tilted masses of a sum of losses, in a window.</summary>
/// <param name="Start">The loss of the first.</param>
/// <param name="Masses">The masses; may be below 0 by rounding.</param>
/// <param name="Error">A bound of each mass's rounding error.</param>
internal sealed record ComposedLoss(double Start, double[] Masses, double Error);
