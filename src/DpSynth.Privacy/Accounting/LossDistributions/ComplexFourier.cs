using System.Numerics;
using System.Runtime.InteropServices;

namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>
/// The discrete Fourier transform of a power of two points, in place on separate real and imaginary parts: from natural order into
/// bit-reversed order (Gentleman-Sande) and back (Cooley-Tukey), so that nothing is ever permuted. Two real sequences travel in one
/// complex one.
/// </summary>
/// <remarks>
/// In bit-reversed order frequency −k lies where all bits below the highest one of k's place are flipped: <see cref="Mirror"/>.
/// </remarks>
internal sealed class ComplexFourier
{
    // Twiddle factors e^(−2πi·j/length), j < length/2, of every stage one after another, the stage of length 2·half at half.
    private readonly double[] _cosines;
    private readonly double[] _sines;

    /// <summary>Prepares transforms of one size.</summary>
    /// <param name="size">Number of points, a power of two and at least 2.</param>
    internal ComplexFourier(int size)
    {
        if (size < 2 || !BitOperations.IsPow2(size))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "A transform has a power of two points, at least 2.");
        }

        Size = size;
        _cosines = new double[size];
        _sines = new double[size];
        var top = size / 2;
        for (var j = 0; j < top; j++)
        {
            (_sines[top + j], _cosines[top + j]) = Math.SinCos(-2 * Math.PI * j / size);
        }

        for (var half = top / 2; half >= 1; half /= 2)
        {
            for (var j = 0; j < half; j++)
            {
                _cosines[half + j] = _cosines[(2 * half) + (2 * j)];
                _sines[half + j] = _sines[(2 * half) + (2 * j)];
            }
        }
    }

    /// <summary>Number of points.</summary>
    internal int Size { get; }

    /// <summary>Where, in bit-reversed order, the frequency opposite to the one at <paramref name="place"/> lies.</summary>
    internal static int Mirror(int place) => place == 0 ? 0 : place ^ ((1 << BitOperations.Log2((uint)place)) - 1);

    /// <summary>Σ_j z_j·e^(−2πi·jk/size) from natural into bit-reversed order.</summary>
    internal void Forward(Span<double> real, Span<double> imaginary)
    {
        // All indices are below the size, and no sum of two exceeds it.
        unchecked
        {
            for (var half = Size / 2; half >= 1; half /= 2)
            {
                ReadOnlySpan<double> cosines = _cosines.AsSpan(half, half);
                ReadOnlySpan<double> sines = _sines.AsSpan(half, half);
                for (var start = 0; start < Size; start += 2 * half)
                {
                    Part(real, start, half, out var lowReal, out var highReal);
                    Part(imaginary, start, half, out var lowImaginary, out var highImaginary);
                    var j = 0;
                    if (half >= Vector<double>.Count)
                    {
                        var ar = Vectors(lowReal);
                        var br = Vectors(highReal);
                        var ai = Vectors(lowImaginary);
                        var bi = Vectors(highImaginary);
                        var c = MemoryMarshal.Cast<double, Vector<double>>(cosines);
                        var s = MemoryMarshal.Cast<double, Vector<double>>(sines);
                        for (var v = 0; v < ar.Length; v++)
                        {
                            var differenceReal = ar[v] - br[v];
                            var differenceImaginary = ai[v] - bi[v];
                            ar[v] += br[v];
                            ai[v] += bi[v];
                            br[v] = (differenceReal * c[v]) - (differenceImaginary * s[v]);
                            bi[v] = (differenceReal * s[v]) + (differenceImaginary * c[v]);
                        }

                        j = half;
                    }

                    for (; j < half; j++)
                    {
                        var differenceReal = lowReal[j] - highReal[j];
                        var differenceImaginary = lowImaginary[j] - highImaginary[j];
                        lowReal[j] += highReal[j];
                        lowImaginary[j] += highImaginary[j];
                        highReal[j] = (differenceReal * cosines[j]) - (differenceImaginary * sines[j]);
                        highImaginary[j] = (differenceReal * sines[j]) + (differenceImaginary * cosines[j]);
                    }
                }
            }
        }
    }

    /// <summary>Σ_k z_k·e^(2πi·jk/size) from bit-reversed into natural order: <see cref="Size"/> times the inverse of <see cref="Forward"/>.</summary>
    internal void Backward(Span<double> real, Span<double> imaginary)
    {
        // All indices are below the size, and no sum of two exceeds it.
        unchecked
        {
            for (var half = 1; half < Size; half *= 2)
            {
                ReadOnlySpan<double> cosines = _cosines.AsSpan(half, half);
                ReadOnlySpan<double> sines = _sines.AsSpan(half, half);
                for (var start = 0; start < Size; start += 2 * half)
                {
                    Part(real, start, half, out var lowReal, out var highReal);
                    Part(imaginary, start, half, out var lowImaginary, out var highImaginary);
                    var j = 0;
                    if (half >= Vector<double>.Count)
                    {
                        var ar = Vectors(lowReal);
                        var br = Vectors(highReal);
                        var ai = Vectors(lowImaginary);
                        var bi = Vectors(highImaginary);
                        var c = MemoryMarshal.Cast<double, Vector<double>>(cosines);
                        var s = MemoryMarshal.Cast<double, Vector<double>>(sines);
                        for (var v = 0; v < ar.Length; v++)
                        {
                            var turnedReal = (br[v] * c[v]) + (bi[v] * s[v]);
                            var turnedImaginary = (bi[v] * c[v]) - (br[v] * s[v]);
                            br[v] = ar[v] - turnedReal;
                            bi[v] = ai[v] - turnedImaginary;
                            ar[v] += turnedReal;
                            ai[v] += turnedImaginary;
                        }

                        j = half;
                    }

                    for (; j < half; j++)
                    {
                        var turnedReal = (highReal[j] * cosines[j]) + (highImaginary[j] * sines[j]);
                        var turnedImaginary = (highImaginary[j] * cosines[j]) - (highReal[j] * sines[j]);
                        highReal[j] = lowReal[j] - turnedReal;
                        highImaginary[j] = lowImaginary[j] - turnedImaginary;
                        lowReal[j] += turnedReal;
                        lowImaginary[j] += turnedImaginary;
                    }
                }
            }
        }
    }

    private static void Part(Span<double> values, int start, int half, out Span<double> low, out Span<double> high)
    {
        low = values.Slice(start, half);
        high = values.Slice(start + half, half);
    }

    private static Span<Vector<double>> Vectors(Span<double> values) => MemoryMarshal.Cast<double, Vector<double>>(values);
}
