using System.Numerics;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>Coins that fall with probability exp(−x) for a fraction x, exactly (arXiv 2004.00010, algorithm 1).</summary>
internal static class ExponentialBernoulli
{
    /// <summary>True with probability exp(−numerator ÷ denominator).</summary>
    /// <param name="numerator">Not negative.</param>
    /// <param name="denominator">At least 1; the fraction is in lowest terms.</param>
    /// <param name="uniforms">The randomness.</param>
    /// <exception cref="OverflowException">
    /// The type has no room for denominator × k, where a draw gets as far as k with probability below 1/(k − 1)!.
    /// </exception>
    public static bool Draw<TInteger, TUniforms>(TInteger numerator, TInteger denominator, TUniforms uniforms)
        where TInteger : IBinaryInteger<TInteger>
        where TUniforms : struct, IUniformIntegers
    {
        while (numerator > denominator)
        {
            if (!DrawUpToOne(1UL, 1UL, uniforms))
            {
                return false;
            }

            // The numerator is above the denominator here.
            numerator = unchecked(numerator - denominator);
        }

        return DrawUpToOne(numerator, denominator, uniforms);
    }

    /// <summary>
    /// For x ≤ 1. The loop ends at k with probability x^(k−1)/(k−1)! − x^k/k!; over odd k these add up to the series of exp(−x).
    /// </summary>
    private static bool DrawUpToOne<TInteger, TUniforms>(TInteger numerator, TInteger denominator, TUniforms uniforms)
        where TInteger : IBinaryInteger<TInteger>
        where TUniforms : struct, IUniformIntegers
    {
        for (uint k = 1; ; k++)
        {
            // x/k in lowest terms: numerator and denominator have no common factor already.
            var common = k == 1 ? 1 : CommonDivisor(uint.CreateTruncating(numerator % TInteger.CreateTruncating(k)), k);
            var bound = checked(denominator * TInteger.CreateChecked(k / common));
            var below = common == 1 ? numerator : numerator / TInteger.CreateTruncating(common);
            if (uniforms.Below(bound) >= below)
            {
                return uint.IsOddInteger(k);
            }
        }
    }

    private static uint CommonDivisor(uint a, uint b)
    {
        while (a != 0)
        {
            (a, b) = (b % a, a);
        }

        return b;
    }
}
