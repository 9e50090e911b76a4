using System.Globalization;

namespace DpSynth.LocalHost.Timers;

/// <summary>
/// A schedule of six fields: second, minute, hour, day of month, month, day of week (0 is Sunday, so is 7). A field is <c>*</c>, a
/// number, a range, any of these with a step, or a list of them. Times are UTC.
/// </summary>
internal sealed class Ncrontab
{
    private static readonly (string Name, int Min, int Max)[] _fields =
        [("second", 0, 59), ("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of week", 0, 7)];

    private readonly bool[][] _allowed;

    private Ncrontab(bool[][] allowed) => _allowed = allowed;

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">It is not one; the message says where.</exception>
    public static Ncrontab Parse(string schedule)
    {
        var parts = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != _fields.Length)
        {
            throw new FormatException($"The schedule '{schedule}' has {parts.Length} fields; it needs six, seconds first.");
        }

        bool[][] allowed = [.. parts.Zip(_fields, (part, field) => ParseField(schedule, part, field))];
        allowed[5][0] |= allowed[5][7];
        return new Ncrontab(allowed);
    }

    /// <summary>The first time after the given one; null if there is none within eight years, as for 30 February.</summary>
    public DateTime? NextAfter(DateTime time)
    {
        var at = new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc).AddSeconds(1);
        var end = at.AddYears(8);
        while (at < end)
        {
            if (!_allowed[4][at.Month])
            {
                at = at.Date.AddDays(1 - at.Day).AddMonths(1);
            }
            else if (!_allowed[3][at.Day] || !_allowed[5][(int)at.DayOfWeek])
            {
                at = at.Date.AddDays(1);
            }
            else if (!_allowed[2][at.Hour])
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!_allowed[1][at.Minute])
            {
                at = at.AddSeconds(60 - at.Second);
            }
            else if (!_allowed[0][at.Second])
            {
                at = at.AddSeconds(1);
            }
            else
            {
                return at;
            }
        }

        return null;
    }

    private static bool[] ParseField(string schedule, string text, (string Name, int Min, int Max) field)
    {
        var allowed = new bool[field.Max + 1];
        foreach (var item in text.Split(','))
        {
            var stepped = item.Split('/');
            var range = stepped[0] == "*" ? [] : stepped[0].Split('-');
            var first = range.Length > 0 ? Number(range[0]) : field.Min;
            var last = range.Length switch
            {
                0 => field.Max,
                1 => stepped.Length > 1 ? field.Max : first,
                2 => Number(range[1]),
                _ => throw Invalid(),
            };
            var step = stepped.Length switch
            {
                1 => 1,
                2 when int.TryParse(stepped[1], CultureInfo.InvariantCulture, out var number) && number > 0 => number,
                _ => throw Invalid(),
            };
            if (first > last)
            {
                throw Invalid();
            }

            for (var value = first; value <= last; value += step)
            {
                allowed[value] = true;
            }
        }

        return allowed;

        int Number(string digits) =>
            int.TryParse(digits, CultureInfo.InvariantCulture, out var value) && value >= field.Min && value <= field.Max
                ? value
                : throw Invalid();

        FormatException Invalid() => new(
            $"The schedule '{schedule}' has '{text}' as its {field.Name}; use numbers from {field.Min} to {field.Max}, ranges, lists, * and steps.");
    }
}
