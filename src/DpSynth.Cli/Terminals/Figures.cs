using System.Globalization;

namespace DpSynth.Cli.Terminals;

/// <summary>Numbers as people read them.</summary>
public static class Figures
{
    /// <summary>For example <c>60,000</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>For example <c>2026-11-30 08:15:00 UTC</c>.</summary>
    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A rate, with one decimal below 10.</summary>
    public static string Rate(double rate) => rate.ToString(rate < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>For example <c>0.4 s</c>, <c>12 s</c>, <c>1:05</c> or <c>2:01:05</c>.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        < 59.5 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        < 3600 => duration.ToString(@"m\:ss", CultureInfo.InvariantCulture),
        _ => $"{(long)duration.TotalHours}{duration.ToString(@"\:mm\:ss", CultureInfo.InvariantCulture)}",
    };

    /// <summary>For example <c>12.5 MB</c>, in powers of ten.</summary>
    public static string Bytes(long bytes)
    {
        ReadOnlySpan<string> units = ["bytes", "kB", "MB", "GB", "TB"];
        double value = bytes;
        var unit = 0;
        while (value >= 1000 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? $"{bytes}" : $"{value:0.0}")} {units[unit]}");
    }

    /// <summary>ε, to four significant digits.</summary>
    public static string Epsilon(double epsilon) => epsilon.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>δ, such as <c>1.51e-06</c>.</summary>
    public static string Delta(double delta) => delta.ToString("0.##e-00", CultureInfo.InvariantCulture);

    /// <summary>US dollars, to the cent, or finer below one: <c>$12.40</c>, <c>$0.006</c>.</summary>
    public static string Dollars(decimal dollars) =>
        "$" + dollars.ToString(dollars is >= 1 or 0 ? "N2" : "0.00##", CultureInfo.InvariantCulture);
}
