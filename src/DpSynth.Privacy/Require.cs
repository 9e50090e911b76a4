using System.Runtime.CompilerServices;

namespace DpSynth.Privacy;

/// <summary>Argument checks that fail closed: NaN passes none of them.</summary>
internal static class Require
{
    internal static void NotNaN(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (double.IsNaN(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is not a number.");
        }
    }

    internal static void Positive(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be above 0 and finite.");
        }
    }

    internal static void NonNegative(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or above and finite.");
        }
    }

    internal static void Probability(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value > 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must lie inside (0, 1).");
        }
    }

    /// <summary>Returns the value if it is above 0 and finite.</summary>
    internal static double InRange(double value, [CallerMemberName] string? name = null)
    {
        Positive(value, name);
        return value;
    }
}
