using System.Globalization;
using System.Numerics;

namespace DpSynth.Cli.Accounting;

/// <summary>Brings numbers to twelve significant digits, in the direction that keeps a bound a bound.</summary>
internal static class SignificantDigits
{
    private const int Digits = 12;

    /// <summary>The smallest number of twelve digits that is not below <paramref name="value"/>; ∞ and 0 stay.</summary>
    public static double Up(double value) => Outward(value, step: 1);

    /// <summary>The largest number of twelve digits that is not above <paramref name="value"/>; ∞ and 0 stay.</summary>
    public static double Down(double value) => Outward(value, step: -1);

    private static double Outward(double value, int step)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return value;
        }

        var text = value.ToString("E" + (Digits - 1), CultureInfo.InvariantCulture);
        var near = double.Parse(text, CultureInfo.InvariantCulture);
        if (step > 0 ? near >= value : near <= value)
        {
            return near;
        }

        var exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = BigInteger.Parse(text[..exponentAt].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) + step;
        var exponent = int.Parse(text[(exponentAt + 1)..], CultureInfo.InvariantCulture) - Digits + 1;
        return double.Parse(string.Create(CultureInfo.InvariantCulture, $"{mantissa}E{exponent}"), CultureInfo.InvariantCulture);
    }
}
