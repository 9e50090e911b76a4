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
        var heights = Heights(points);
        var labels = scale.Ticks.ToDictionary(tick => (int)Math.Round(Lines * tick / scale.Maximum), scale.Label);
        var margin = labels.Values.Max(label => label.Length);
        var text = new StringBuilder().AppendLine(title);
        for (var line = Lines; line > 0; line--)
        {
            text.Append(labels.GetValueOrDefault(line, "").PadLeft(margin)).Append(labels.ContainsKey(line) ? " ┤" : " │");
            foreach (var height in heights)
            {
                // The axis label stands at the top edge of its line.
                var eighths = (int)Math.Round(8 * Lines * height / scale.Maximum) - (8 * (line - 1));
                text.Append(Eighths[Math.Clamp(eighths, 0, 8)]);
            }

            text.AppendLine();
        }

        var first = points[0].Iterations.ToString(CultureInfo.InvariantCulture);
        var last = points[^1].Iterations.ToString(CultureInfo.InvariantCulture);
        text.Append("0".PadLeft(margin)).Append(" └").Append('─', Columns).AppendLine();
        text.Append(' ', margin + 2).Append(first).Append(last.PadLeft(Columns - first.Length)).AppendLine(" iterations");
        return text.Append(CultureInfo.InvariantCulture, $"ε {points[^1].Epsilon:R} after {last}").ToString();
    }

    /// <summary>ε at evenly spread numbers of iterations, on straight lines between the points.</summary>
    private static double[] Heights(IReadOnlyList<CurvePoint> points)
    {
        var heights = new double[Columns];
        var next = 0;
        for (var column = 0; column < Columns; column++)
        {
            var x = points[0].Iterations + ((points[^1].Iterations - points[0].Iterations) * (double)column / (Columns - 1));
            while (next < points.Count - 1 && points[next].Iterations < x)
            {
                next++;
            }

            var (before, after) = (points[Math.Max(0, next - 1)], points[next]);
            var gap = after.Iterations - before.Iterations;
            heights[column] = gap == 0 ? after.Epsilon : before.Epsilon + ((after.Epsilon - before.Epsilon) * Math.Clamp((x - before.Iterations) / gap, 0, 1));
        }

        return heights;
    }
}
