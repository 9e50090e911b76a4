using System.Globalization;

namespace DpSynth.Imaging.Charts;

/// <summary>An axis from 0 to a round number, with round ticks.</summary>
/// <param name="Maximum">Where the axis ends, above 0: a multiple of <paramref name="Step"/>.</param>
/// <param name="Step">From one tick to the next: 1, 2 or 5 times a power of ten.</param>
public sealed record AxisScale(double Maximum, double Step)
{
    /// <summary>The ticks, from 0 up.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            var count = (int)Math.Round(Maximum / Step);
            for (var i = 0; i <= count; i++)
            {
                yield return i * Step;
            }
        }
    }

    /// <summary>The scale that holds values up to <paramref name="largest"/>.</summary>
    /// <param name="largest">Not negative and finite.</param>
    /// <param name="intervals">About how many intervals, at least 1; there are at most 2.5 times as many.</param>
    /// <param name="whole">Whether ticks are whole numbers only.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largest"/> is negative or not finite, or there are fewer than one interval.</exception>
    public static AxisScale Covering(double largest, int intervals, bool whole = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(largest);
        ArgumentOutOfRangeException.ThrowIfLessThan(intervals, 1);
        if (!double.IsFinite(largest))
        {
            throw new ArgumentOutOfRangeException(nameof(largest), largest, "An axis ends at a finite number.");
        }

        var rough = Math.Max(largest, double.Epsilon * 1e20) / intervals;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        if (whole)
        {
            step = Math.Max(1, Math.Round(step));
        }

        return new AxisScale(Math.Max(1, Math.Ceiling((largest / step) - 1e-9)) * step, step);
    }

    /// <summary>A tick in as few digits as tell it from its neighbours, such as <c>2.5</c> or <c>20,000</c>.</summary>
    public string Label(double tick)
    {
        if (Maximum is >= 1e9 or < 1e-4)
        {
            return tick == 0 ? "0" : tick.ToString("0.##e0", CultureInfo.InvariantCulture);
        }

        var decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(Step) + 1e-9));
        return tick.ToString($"N{decimals}", CultureInfo.InvariantCulture);
    }
}
