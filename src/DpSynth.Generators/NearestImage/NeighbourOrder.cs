using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DpSynth.Imaging;

namespace DpSynth.Generators.NearestImage;

/// <summary>Finds an image's nearest images in one set, exactly: squared Euclidean distance over 8-bit samples, in integers.</summary>
internal sealed class NeighbourOrder(ImageBatch images)
{
    /// <summary>
    /// The <paramref name="count"/> images nearest to image <paramref name="index"/>, nearest first, itself among them; among equals
    /// the lower index first.
    /// </summary>
    internal int[] Nearest(int index, int count)
    {
        var query = images[index];
        var distances = new long[images.Count];
        for (var i = 0; i < distances.Length; i++)
        {
            distances[i] = SquaredDistance(query, images[i]);
        }

        var order = new int[images.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        // A stable order: the index decides between equal distances.
        order.AsSpan().Sort((a, b) => distances[a] != distances[b] ? distances[a].CompareTo(distances[b]) : a.CompareTo(b));
        return order[..count];
    }

    /// <summary>Σ (a − b)².</summary>
    internal static long SquaredDistance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        // A lane takes at most 2 · 255² a step, so 2¹³ steps fit 32 bits before it is emptied.
        const int Steps = 1 << 13;

        long sum = 0;
        var i = 0;
        var vectors = MemoryMarshal.Cast<byte, Vector128<byte>>(a);
        var others = MemoryMarshal.Cast<byte, Vector128<byte>>(b);
        while (i < vectors.Length)
        {
            var lanes = Vector256<int>.Zero;
            for (var end = Math.Min(vectors.Length, i + Steps); i < end; i++)
            {
                var (aLow, aHigh) = Vector128.Widen(vectors[i]);
                var (bLow, bHigh) = Vector128.Widen(others[i]);
                lanes += Squares(aLow.AsInt16() - bLow.AsInt16()) + Squares(aHigh.AsInt16() - bHigh.AsInt16());
            }

            sum += Vector256.Sum(Widened(lanes));
        }

        for (i = vectors.Length * Vector128<byte>.Count; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }

    private static Vector256<int> Squares(Vector128<short> differences)
    {
        var (low, high) = Vector128.Widen(differences);
        var wide = Vector256.Create(low, high);
        return wide * wide;
    }

    private static Vector256<long> Widened(Vector256<int> lanes)
    {
        var (low, high) = Vector256.Widen(lanes);
        return low + high;
    }
}
