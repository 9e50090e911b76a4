namespace DpSynth.Numerics;

/// <summary>
/// A small, fast, reproducible generator for everything drawn on the public side: SplitMix64 (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", OOPSLA 2014). The same seed gives the same numbers on every machine, in every
/// version. Never for privacy noise, which has no seed.
/// </summary>
/// <remarks>A mutable struct of 8 bytes: keep it in a local or a field, and pass it by <see langword="ref"/>.</remarks>
public struct SeededRandom(ulong seed)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    // Sets key and step apart in Derive, so that (a, b) and (b, a) differ; Steele and Vigna, arXiv 2001.05304, table 5.
    private const ulong OddMultiplier = 0xD1342543DE82EF95;

    private ulong _state = seed;

    /// <summary>
    /// The seed of one thing among many, from a root seed and the thing's address, such as (stage, generation, class, index).
    /// Other addresses, also ones that are a prefix of each other, give unrelated seeds. All arithmetic is modulo 2⁶⁴.
    /// </summary>
    public static ulong Derive(ulong seed, params ReadOnlySpan<ulong> path)
    {
        var key = Mix(seed + GoldenGamma);
        foreach (var step in path)
        {
            key = Mix((key * OddMultiplier) + Mix(step + GoldenGamma));
        }

        return Mix(key + (GoldenGamma * (ulong)(path.Length + 1)));
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64() => Mix(_state += GoldenGamma);

    /// <summary>A uniform number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number from <paramref name="minimum"/> to below <paramref name="maximum"/>, which rounding may reach.</summary>
    /// <param name="minimum">Finite.</param>
    /// <param name="maximum">Finite, not below <paramref name="minimum"/>; their difference is finite too. None of this is checked.</param>
    public double NextDouble(double minimum, double maximum) => minimum + ((maximum - minimum) * NextDouble());

    /// <summary>A uniform whole number in 0..<paramref name="exclusiveMaximum"/>-1, without bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMaximum"/> is below 1.</exception>
    public int NextInt(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMaximum, 1);

        // Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019), algorithm 5.
        var range = (ulong)exclusiveMaximum;
        var high = Math.BigMul(NextUInt64(), range, out var low);
        if (low < range)
        {
            var rejected = (0 - range) % range;
            while (low < rejected)
            {
                high = Math.BigMul(NextUInt64(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>A uniform whole number in <paramref name="minimum"/>..<paramref name="exclusiveMaximum"/>-1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty.</exception>
    /// <exception cref="OverflowException">The interval is longer than <see cref="int.MaxValue"/>.</exception>
    public int NextInt(int minimum, int exclusiveMaximum) => minimum + NextInt(checked(exclusiveMaximum - minimum));

    /// <summary>True with probability <paramref name="probability"/>, rounded up to a multiple of 2⁻⁵³: never at 0, always at 1.</summary>
    public bool NextBoolean(double probability) => NextDouble() < probability;

    /// <summary>
    /// A standard normal number (Box and Muller, "A note on the generation of random normal deviates", 1958, equation 1); takes two draws,
    /// keeps none. Between −8.58 and 8.58, for its uniform numbers are multiples of 2⁻⁵³.
    /// </summary>
    public double NextGaussian()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts <paramref name="values"/> into a uniformly random order (Fisher and Yates, as in Durstenfeld, CACM 7 (1964), algorithm 235).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var last = values.Length - 1; last > 0; last--)
        {
            var other = NextInt(last + 1);
            (values[last], values[other]) = (values[other], values[last]);
        }
    }

    // Stafford's variant 13 of the MurmurHash3 finaliser, as in java.util.SplittableRandom.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
