using System.Numerics.Tensors;

namespace DpSynth.Evaluation.Distances;

/// <summary>Eigenvalues of symmetric tridiagonal matrices in float64.</summary>
internal static class SymmetricTridiagonal
{
    private const int MostSweeps = 100;

    /// <summary>Replaces the diagonal by the eigenvalues, in no order: implicit QL sweeps with Wilkinson's shift.</summary>
    /// <param name="diagonal"><c>[n]</c>.</param>
    /// <param name="beside">The n − 1 values beside it; overwritten.</param>
    /// <exception cref="ArithmeticException">The sweeps do not converge, as with values that are not finite.</exception>
    public static void Eigenvalues(Span<double> diagonal, Span<double> beside)
    {
        var negligible = Math.ScaleB(1, -53) *
            (Math.Abs(TensorPrimitives.MaxMagnitude<double>(diagonal)) + (beside.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(beside))));
        for (var first = 0; first < diagonal.Length; first++)
        {
            for (var sweep = 0; ; sweep++)
            {
                var last = first;
                while (last < beside.Length && !(Math.Abs(beside[last]) <= negligible))
                {
                    last++;
                }

                if (last == first)
                {
                    break;
                }

                if (sweep == MostSweeps)
                {
                    throw new ArithmeticException("The eigenvalues of a matrix were not found: it holds values that are not finite.");
                }

                Sweep(diagonal[first..(last + 1)], beside[first..last]);
            }
        }
    }

    /// <summary>Chases one bulge from the end of an unreduced block to its start.</summary>
    private static void Sweep(Span<double> diagonal, Span<double> beside)
    {
        var last = diagonal.Length - 1;
        var half = (diagonal[1] - diagonal[0]) / (2 * beside[0]);
        var root = double.Hypot(half, 1);
        var value = diagonal[last] - diagonal[0] + (beside[0] / (half + (half < 0 ? -root : root)));
        var (cosine, sine, shift) = (1.0, 1.0, 0.0);
        for (var i = last - 1; i >= 0; i--)
        {
            var bulge = sine * beside[i];
            var next = cosine * beside[i];
            var length = double.Hypot(bulge, value);
            if (i + 1 < last)
            {
                beside[i + 1] = length;
            }

            if (length == 0)
            {
                diagonal[i + 1] -= shift;
                return;
            }

            (sine, cosine) = (bulge / length, value / length);
            value = diagonal[i + 1] - shift;
            var turned = ((diagonal[i] - value) * sine) + (2 * cosine * next);
            shift = sine * turned;
            diagonal[i + 1] = value + shift;
            value = (cosine * turned) - next;
        }

        diagonal[0] -= shift;
        beside[0] = value;
    }
}
