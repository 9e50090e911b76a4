using System.Numerics;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Exact square roots of integers, rounded down.</summary>
internal static class IntegerRoot
{
    /// <summary>⌊√<paramref name="square"/>⌋.</summary>
    public static ulong Floor(ulong square)
    {
        // The double's root is within one of the exact one; (2³² − 1)² is the largest square below 2⁶⁴.
        var root = Math.Min((ulong)Math.Sqrt(square), uint.MaxValue);
        if (root * root > square)
        {
            root--;
        }

        return root < uint.MaxValue && (root + 1) * (root + 1) <= square ? root + 1 : root;
    }

    /// <summary>⌊√<paramref name="square"/>⌋, by Newton's iteration from above.</summary>
    /// <param name="square">Not negative.</param>
    public static BigInteger Floor(BigInteger square)
    {
        if (square <= ulong.MaxValue)
        {
            return Floor((ulong)square);
        }

        var root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + (square / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }
}
