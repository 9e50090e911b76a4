using System.Globalization;
using System.Text;
using DpSynth.Imaging.Charts;

namespace DpSynth.Cli.Accounting;

/// <summary>A curve in text: a bar of eighths of a line for each column.</summary>
internal static class TerminalChart
{
    private const int Lines = 12;
    private const int Columns = 60;
    private const string Eighths = " ▁▂▃▄▅▆▇█";

    /// <summary>Draws the points, first to last from left to right.</summary>
    public static string Draw(IReadOnlyList<CurvePoint> points, string title)
    {
        var scale = AxisScale.Covering(points.Max(point => point.Epsilon), intervals: 4);
        var repeat = Math.Max(1, Columns / points.Count);
        var labels = scale.Ticks.ToDictionary(tick => (int)Math.Round(Lines * tick / scale.Maximum), scale.Label);
        var margin = labels.Values.Max(label => label.Length);
        var text = new StringBuilder().AppendLine(title);
        for (var line = Lines; line > 0; line--)
        {
            text.Append(labels.GetValueOrDefault(line, "").PadLeft(margin)).Append(labels.ContainsKey(line) ? " ┤" : " │");
            foreach (var point in points)
            {
                // The axis label stands at the top edge of its line.
                var eighths = (int)Math.Round(8 * Lines * point.Epsilon / scale.Maximum) - (8 * (line - 1));
                text.Append(Eighths[Math.Clamp(eighths, 0, 8)], repeat);
            }

            text.AppendLine();
        }

        var first = points[0].Iterations.ToString(CultureInfo.InvariantCulture);
        var last = points[^1].Iterations.ToString(CultureInfo.InvariantCulture);
        var width = repeat * points.Count;
        text.Append("0".PadLeft(margin)).Append(" └").Append('─', width).AppendLine();
        text.Append(' ', margin + 2).Append(points.Count == 1 ? last : first + last.PadLeft(Math.Max(width - first.Length, last.Length + 1))).AppendLine(" iterations");
        return text.Append(CultureInfo.InvariantCulture, $"ε {points[^1].Epsilon:R} after {last}").ToString();
    }
}
