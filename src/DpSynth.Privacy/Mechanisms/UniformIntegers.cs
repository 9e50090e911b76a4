using System.Numerics;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Draws uniform integers, the only randomness that the exact samplers know. A struct, so that calls are bound when compiled.</summary>
internal interface IUniformIntegers
{
    /// <summary>Uniform on 0 to <paramref name="bound"/> − 1.</summary>
    /// <typeparam name="TInteger">The integers' type; the draw depends on the bound's value only, not on its type.</typeparam>
    /// <param name="bound">At least 1.</param>
    TInteger Below<TInteger>(TInteger bound)
        where TInteger : IBinaryInteger<TInteger>;
}

/// <summary>Uniform integers by rejection: ⌈log₂ m⌉ bits, again while they are not below m. Never a remainder, which would be biased.</summary>
internal readonly struct UniformIntegers(RandomBits bits) : IUniformIntegers
{
    public TInteger Below<TInteger>(TInteger bound)
        where TInteger : IBinaryInteger<TInteger>
    {
        // The bound is at least 1.
        var length = unchecked(bound - TInteger.One).GetShortestBitLength();
        while (true)
        {
            var value = TInteger.CreateTruncating(bits.Next(Math.Min(length, 64)));
            for (var shift = 64; shift < length; shift += 64)
            {
                value |= TInteger.CreateTruncating(bits.Next(Math.Min(length - shift, 64))) << shift;
            }

            if (value < bound)
            {
                return value;
            }
        }
    }
}
