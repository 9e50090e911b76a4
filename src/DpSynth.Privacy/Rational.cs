using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpSynth.Privacy;

/// <summary>An exact fraction above 0 in lowest terms, such as a variance σ²: what noise is drawn from has no rounding in it.</summary>
/// <remarks>Written <c>"25"</c> or <c>"1/3"</c>, in JSON as a string.</remarks>
[JsonConverter(typeof(JsonText))]
public readonly record struct Rational
{
    private readonly BigInteger _denominatorLessOne;

    /// <summary>Makes numerator ÷ denominator.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Either is below 1.</exception>
    public Rational(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, BigInteger.One);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, BigInteger.One);
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        _denominatorLessOne = (denominator / divisor) - 1;
    }

    /// <summary>Numerator, at least 1.</summary>
    public BigInteger Numerator { get; }

    /// <summary>Denominator, at least 1.</summary>
    public BigInteger Denominator => _denominatorLessOne + 1;

    /// <summary>The fraction that a double stands for, exactly.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is not above 0 and finite.</exception>
    public static Rational FromDouble(double value)
    {
        Require.Positive(value);
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        mantissa = exponent == 0 ? mantissa : mantissa | 0x10000000000000;
        var shift = Math.Max(exponent, 1) - 1075;
        return shift >= 0
            ? new Rational((BigInteger)mantissa << shift, BigInteger.One)
            : new Rational(mantissa, BigInteger.One << -shift);
    }

    /// <summary>Reads <c>n</c> or <c>n/d</c>, decimal digits without sign or space; need not be in lowest terms.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    /// <exception cref="FormatException">The text is neither, or not above 0.</exception>
    public static Rational Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        if (parts.Length is 1 or 2
            && BigInteger.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var numerator) && numerator > 0)
        {
            if (parts.Length == 1)
            {
                return new Rational(numerator, BigInteger.One);
            }

            if (BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var denominator) && denominator > 0)
            {
                return new Rational(numerator, denominator);
            }
        }

        throw new FormatException("A fraction above 0 is written as n or n/d with whole numbers above 0, such as 25 or 1/3.");
    }

    /// <summary>The nearest double, ties to even; +∞ beyond them, 0 or the nearest subnormal number below the normal ones.</summary>
    public double ToDouble()
    {
        // 62 or 63 bits of quotient, and one more that says whether anything is left: enough to round the 53 of a double correctly.
        // The step through ulong matters, for BigInteger itself converts by cutting off.
        var shift = (int)(Denominator.GetBitLength() - Numerator.GetBitLength()) + 62;
        var quotient = BigInteger.DivRem(shift >= 0 ? Numerator << shift : Numerator, shift >= 0 ? Denominator : Denominator << -shift, out var rest);
        return Math.ScaleB((double)(((ulong)quotient << 1) | (rest.IsZero ? 0UL : 1UL)), -shift - 1);
    }

    /// <inheritdoc/>
    public override string ToString() => Denominator.IsOne
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private sealed class JsonText : JsonConverter<Rational>
    {
        public override Rational Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (Exception fault) when (fault is FormatException or InvalidOperationException)
            {
                throw new JsonException("A fraction is a text such as \"25\" or \"1/3\".", fault);
            }
        }

        public override void Write(Utf8JsonWriter writer, Rational value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
