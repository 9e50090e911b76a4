using System.Numerics;
using System.Runtime.InteropServices;

namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>
/// The transform of a real sequence at half of the frequencies (the others are conjugate): a product of powers, and how far rounding may
/// have moved it.
/// </summary>
/// <remarks>
/// With factors G known to within η, the product F = Π G^n is off by at most |F|·(e^(ρ) − 1) with ρ = Σ n·(η/|G| + √5·u·…); where a
/// factor is smaller than n·η, nothing is known but that the product is at most the power of |G| + η, all other factors being at most
/// about 1.
/// </remarks>
internal sealed class Spectrum
{
    // Covers one complex product per unit of count: √5·2⁻⁵³, and the products of the squarings.
    private const double ProductRoundoff = 2.5 * 1.1102230246251565e-16;

    private readonly int _size;
    private readonly double[] _real;
    private readonly double[] _imaginary;
    private readonly double[] _relativeError;
    private readonly double[] _absoluteBound;
    private readonly double[] _factorReal;
    private readonly double[] _factorImaginary;

    internal Spectrum(int size)
    {
        _size = size;
        var length = (size / 2) + Vector<double>.Count;
        _real = new double[length];
        _imaginary = new double[length];
        _relativeError = new double[length];
        _absoluteBound = new double[length];
        _factorReal = new double[length];
        _factorImaginary = new double[length];
        _real.AsSpan().Fill(1);
        _absoluteBound.AsSpan().Fill(double.PositiveInfinity);
    }

    private int Count => (_size / 2) + 1;

    /// <summary>Multiplies by a power of one of the two sequences in a transform.</summary>
    /// <param name="real">Real part, in bit-reversed order.</param>
    /// <param name="imaginary">Imaginary part.</param>
    /// <param name="swapped">False for the sequence that was the real part, true for the imaginary one.</param>
    /// <param name="count">The power, at least 1.</param>
    /// <param name="error">η: error of the transform's values.</param>
    internal void Multiply(ReadOnlySpan<double> real, ReadOnlySpan<double> imaginary, bool swapped, long count, double error)
    {
        Take(real, imaginary, swapped);
        for (var i = 0; i < Count; i++)
        {
            var size = Math.Sqrt((_factorReal[i] * _factorReal[i]) + (_factorImaginary[i] * _factorImaginary[i]));
            var relative = count * error / size;
            _relativeError[i] += relative + (count * ProductRoundoff);
            if (relative > 0.5)
            {
                _absoluteBound[i] = Math.Min(_absoluteBound[i], Math.Pow(size + error, count));
            }
        }

        var productReal = MemoryMarshal.Cast<double, Vector<double>>(_real.AsSpan());
        var productImaginary = MemoryMarshal.Cast<double, Vector<double>>(_imaginary.AsSpan());
        var factorReal = MemoryMarshal.Cast<double, Vector<double>>(_factorReal.AsSpan());
        var factorImaginary = MemoryMarshal.Cast<double, Vector<double>>(_factorImaginary.AsSpan());
        for (var v = 0; v < productReal.Length; v++)
        {
            var powerReal = productReal[v];
            var powerImaginary = productImaginary[v];
            var baseReal = factorReal[v];
            var baseImaginary = factorImaginary[v];
            for (var n = count; ;)
            {
                if ((n & 1) != 0)
                {
                    var product = (powerReal * baseReal) - (powerImaginary * baseImaginary);
                    powerImaginary = (powerReal * baseImaginary) + (powerImaginary * baseReal);
                    powerReal = product;
                }

                n >>= 1;
                if (n == 0)
                {
                    break;
                }

                var square = (baseReal * baseReal) - (baseImaginary * baseImaginary);
                baseImaginary = 2 * baseReal * baseImaginary;
                baseReal = square;
            }

            productReal[v] = powerReal;
            productImaginary[v] = powerImaginary;
        }
    }

    /// <summary>A bound of the error that each value of the sequence inherits, and the mean absolute value over all frequencies.</summary>
    internal (double Error, double Norm) Error()
    {
        double error = 0;
        double norm = 0;
        for (var i = 0; i < Count; i++)
        {
            double weight = i < 2 ? 1 : 2;
            var size = Math.Sqrt((_real[i] * _real[i]) + (_imaginary[i] * _imaginary[i]));
            var relative = _relativeError[i];
            error += weight * (relative < 1 ? size * relative * Math.Exp(relative) : size + Math.Min(2, _absoluteBound[i]));
            norm += weight * size;
        }

        return (error / _size, norm / _size);
    }

    /// <summary>Puts two sequences into one transform as its real and imaginary part.</summary>
    internal static void Join(Spectrum first, Spectrum second, Span<double> real, Span<double> imaginary)
    {
        var i = 0;
        foreach (var place in Places(first._size))
        {
            var mirror = ComplexFourier.Mirror(place);
            real[place] = first._real[i] - second._imaginary[i];
            imaginary[place] = first._imaginary[i] + second._real[i];
            real[mirror] = first._real[i] + second._imaginary[i];
            imaginary[mirror] = second._real[i] - first._imaginary[i];
            i++;
        }

        // Frequencies 0 and N/2 mirror themselves and are real.
        for (var own = 0; own < 2; own++)
        {
            real[own] = first._real[own];
            imaginary[own] = second._real[own];
        }
    }

    private void Take(ReadOnlySpan<double> real, ReadOnlySpan<double> imaginary, bool swapped)
    {
        var i = 0;
        foreach (var place in Places(_size))
        {
            var mirror = ComplexFourier.Mirror(place);
            if (swapped)
            {
                _factorReal[i] = (imaginary[place] + imaginary[mirror]) / 2;
                _factorImaginary[i] = (real[mirror] - real[place]) / 2;
            }
            else
            {
                _factorReal[i] = (real[place] + real[mirror]) / 2;
                _factorImaginary[i] = (imaginary[place] - imaginary[mirror]) / 2;
            }

            i++;
        }
    }

    /// <summary>One place of each pair of opposite frequencies, in bit-reversed order: 0, 1, and the first half of every octave.</summary>
    private static IEnumerable<int> Places(int size)
    {
        yield return 0;
        yield return 1;
        for (var octave = 2; octave < size; octave *= 2)
        {
            for (var place = octave; place < octave + (octave / 2); place++)
            {
                yield return place;
            }
        }
    }
}
