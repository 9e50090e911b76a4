using System.Numerics;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>
/// The exact sampler of the discrete Gaussian, P[x] ∝ exp(−x²/(2σ²)) on the integers, by Canonne, Kamath and Steinke
/// (arXiv 2004.00010, algorithms 2 and 3). Integers throughout: no number is ever rounded.
/// </summary>
/// <remarks>
/// With t = ⌊σ⌋ + 1, exp(−y²/(2σ²)) = constant · exp(−|y|/t) · exp(−(|y| − σ²/t)²/(2σ²)): a discrete Laplace draw of scale t, kept with
/// the probability of the last factor. Fewer than 2.3 draws are needed on average, whatever σ.
/// </remarks>
internal static class DiscreteGaussianSampler
{
    /// <summary>Machine integers serve draws up to this many t; larger ones, of probability below e⁻⁶⁴, take the general way.</summary>
    private const int Reach = 64;

    /// <summary>Largest bit length of σ², so that draws fit in 64 bits.</summary>
    private const int MaxSigmaSquared = 100;

    /// <summary>Fills <paramref name="destination"/> with independent draws, in the narrowest integers that hold the computation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">σ² is missing, or 2¹⁰⁰ or more.</exception>
    public static void Fill<TUniforms>(Span<long> destination, Rational sigmaSquared, TUniforms uniforms)
        where TUniforms : struct, IUniformIntegers
    {
        var t = Scale(sigmaSquared);
        var largest = BigInteger.Max(
            AcceptanceNumerator(sigmaSquared, t, Reach * t), AcceptanceDenominator(sigmaSquared, t) << 8);
        switch (largest.GetBitLength())
        {
            case <= 64:
                Fill<ulong, TUniforms>(destination, sigmaSquared, uniforms);
                break;
            case <= 128:
                Fill<UInt128, TUniforms>(destination, sigmaSquared, uniforms);
                break;
            default:
                Fill<BigInteger, TUniforms>(destination, sigmaSquared, uniforms);
                break;
        }
    }

    /// <summary>The same in given integers: the same draws from the same uniform integers, whatever the type.</summary>
    internal static void Fill<TInteger, TUniforms>(Span<long> destination, Rational sigmaSquared, TUniforms uniforms)
        where TInteger : IBinaryInteger<TInteger>
        where TUniforms : struct, IUniformIntegers
    {
        Draws<TInteger, TUniforms> draws = new(sigmaSquared, (ulong)Scale(sigmaSquared), uniforms);
        foreach (ref var value in destination)
        {
            value = draws.Next();
        }
    }

    /// <summary>t = ⌊σ⌋ + 1.</summary>
    private static BigInteger Scale(Rational sigmaSquared)
    {
        if (sigmaSquared.Numerator.IsZero || sigmaSquared.Numerator.GetBitLength() - sigmaSquared.Denominator.GetBitLength() >= MaxSigmaSquared)
        {
            throw new ArgumentOutOfRangeException(nameof(sigmaSquared), "σ² must be a fraction above 0 and below 2¹⁰⁰.");
        }

        return IntegerRoot.Floor(sigmaSquared.Numerator / sigmaSquared.Denominator) + 1;
    }

    /// <summary>(|y|·d·t − n)², the numerator of (|y| − σ²/t)²/(2σ²) for σ² = n/d.</summary>
    private static BigInteger AcceptanceNumerator(Rational sigmaSquared, BigInteger t, BigInteger magnitude)
    {
        var distance = (magnitude * sigmaSquared.Denominator * t) - sigmaSquared.Numerator;
        return distance * distance;
    }

    /// <summary>2·n·d·t², the denominator of the same.</summary>
    private static BigInteger AcceptanceDenominator(Rational sigmaSquared, BigInteger t) =>
        2 * sigmaSquared.Numerator * sigmaSquared.Denominator * t * t;

    private readonly struct Fraction<TInteger>(TInteger numerator, TInteger denominator)
    {
        public TInteger Numerator { get; } = numerator;

        public TInteger Denominator { get; } = denominator;
    }

    /// <summary>The draws of one σ.</summary>
    private sealed class Draws<TInteger, TUniforms>
        where TInteger : IBinaryInteger<TInteger>
        where TUniforms : struct, IUniformIntegers
    {
        private const int LargestTable = 1024;

        private readonly Rational _sigmaSquared;
        private readonly ulong _t;
        private readonly ulong _reach;
        private readonly TUniforms _uniforms;
        private readonly TInteger _step;
        private readonly TInteger _numerator;
        private readonly TInteger _denominator;

        // How likely a draw is kept depends on |y| alone; reducing the fraction costs more than everything else in a draw.
        private readonly Fraction<TInteger>[] _acceptance;

        public Draws(Rational sigmaSquared, ulong t, TUniforms uniforms)
        {
            _sigmaSquared = sigmaSquared;
            _t = t;
            _reach = Reach * t;
            _uniforms = uniforms;
            _step = TInteger.CreateChecked(sigmaSquared.Denominator * t);
            _numerator = TInteger.CreateChecked(sigmaSquared.Numerator);
            _denominator = TInteger.CreateChecked(AcceptanceDenominator(sigmaSquared, t));
            _acceptance = new Fraction<TInteger>[Math.Min(LargestTable, _reach)];
        }

        public long Next()
        {
            while (true)
            {
                var y = NextLaplace();
                if (Accepts((ulong)Math.Abs(y)))
                {
                    return y;
                }
            }
        }

        /// <summary>P[y] ∝ exp(−|y|/t).</summary>
        private long NextLaplace()
        {
            while (true)
            {
                var negative = _uniforms.Below(2UL) == 0;
                ulong remainder;
                ulong common;
                do
                {
                    remainder = _uniforms.Below(_t);
                    common = CommonDivisor(remainder, _t);
                }
                while (!ExponentialBernoulli.Draw(remainder / common, _t / common, _uniforms));

                ulong quotient = 0;
                while (ExponentialBernoulli.Draw(1UL, 1UL, _uniforms))
                {
                    quotient++;
                }

                var magnitude = checked((long)((quotient * _t) + remainder));
                if (!negative)
                {
                    return magnitude;
                }

                // A negative zero is drawn anew: otherwise 0 would count twice.
                if (magnitude != 0)
                {
                    return -magnitude;
                }
            }
        }

        private bool Accepts(ulong magnitude)
        {
            if (magnitude < (ulong)_acceptance.Length)
            {
                ref var exponent = ref _acceptance[magnitude];
                if (TInteger.IsZero(exponent.Denominator))
                {
                    exponent = Exponent(magnitude);
                }

                return ExponentialBernoulli.Draw(exponent.Numerator, exponent.Denominator, _uniforms);
            }

            if (magnitude <= _reach)
            {
                var exponent = Exponent(magnitude);
                return ExponentialBernoulli.Draw(exponent.Numerator, exponent.Denominator, _uniforms);
            }

            var numerator = AcceptanceNumerator(_sigmaSquared, _t, magnitude);
            var denominator = AcceptanceDenominator(_sigmaSquared, _t);
            var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
            return ExponentialBernoulli.Draw(numerator / common, denominator / common, _uniforms);
        }

        /// <summary>(|y| − σ²/t)²/(2σ²) in lowest terms.</summary>
        private Fraction<TInteger> Exponent(ulong magnitude)
        {
            // At most what AcceptanceNumerator reaches at Reach · t, for which the type was chosen; the square is checked.
            var reached = unchecked(TInteger.CreateTruncating(magnitude) * _step);
            var distance = reached > _numerator ? reached - _numerator : _numerator - reached;
            var square = checked(distance * distance);
            var common = CommonDivisor(square, _denominator);
            return new Fraction<TInteger>(square / common, _denominator / common);
        }

        /// <summary>The greatest common divisor by halving and subtracting, which wide machine integers do faster than they divide.</summary>
        /// <param name="a">Not negative; gcd(0, b) = b.</param>
        /// <param name="b">At least 1.</param>
        private static T CommonDivisor<T>(T a, T b)
            where T : IBinaryInteger<T>
        {
            if (T.IsZero(a))
            {
                return b;
            }

            var twosOfA = int.CreateTruncating(T.TrailingZeroCount(a));
            var twosOfB = int.CreateTruncating(T.TrailingZeroCount(b));
            a >>= twosOfA;
            b >>= twosOfB;
            while (a != b)
            {
                if (a < b)
                {
                    (a, b) = (b, a);
                }

                // a is not below b here: they were exchanged if it was.
                a = unchecked(a - b);
                a >>= int.CreateTruncating(T.TrailingZeroCount(a));
            }

            return a << Math.Min(twosOfA, twosOfB);
        }
    }
}
