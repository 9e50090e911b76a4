using System.Globalization;
using System.Numerics;
using DpSynth.Privacy;

namespace DpSynth.Cli.Accounting;

/// <summary>A number above 0 exactly as it was typed: <c>0.1</c> is one tenth, not the double nearest to it.</summary>
/// <param name="Value">The fraction.</param>
internal readonly record struct ExactDecimal(Rational Value)
{
    private const int LargestExponent = 300;

    /// <summary>The nearest double.</summary>
    public double Nearest => Value.ToDouble();

    /// <summary>The square, exactly.</summary>
    public Rational Squared => new(Value.Numerator * Value.Numerator, Value.Denominator * Value.Denominator);

    /// <summary>Of a double: the decimal that it prints as.</summary>
    public static ExactDecimal Of(double value) => TryParse(value.ToString("R", CultureInfo.InvariantCulture), out var exact)
        ? exact
        : throw new ArgumentOutOfRangeException(nameof(value), value, "The number must be above 0 and neither tiny nor vast.");

    /// <summary>Reads digits with at most one point and an optional exponent, such as <c>12</c>, <c>0.5</c> or <c>1e-3</c>.</summary>
    public static bool TryParse(string text, out ExactDecimal value)
    {
        value = default;
        if (text.Length > 100)
        {
            return false;
        }

        var exponent = 0;
        var mantissa = text;
        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        if (exponentAt >= 0)
        {
            mantissa = text[..exponentAt];
            if (!int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs((long)exponent) > LargestExponent)
            {
                return false;
            }
        }

        var pointAt = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (pointAt >= 0)
        {
            exponent -= mantissa.Length - pointAt - 1;
            mantissa = mantissa.Remove(pointAt, 1);
        }

        if (!BigInteger.TryParse(mantissa, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var digits) || digits <= 0)
        {
            return false;
        }

        var scale = BigInteger.Pow(10, Math.Abs(exponent));
        var exact = exponent >= 0 ? new Rational(digits * scale, BigInteger.One) : new Rational(digits, scale);
        value = new ExactDecimal(exact);
        return double.IsNormal(exact.ToDouble());
    }
}
