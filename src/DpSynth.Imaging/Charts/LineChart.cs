using DpSynth.Imaging.Fonts;
using DpSynth.Imaging.Png;

namespace DpSynth.Imaging.Charts;

/// <summary>One line over an axis of its own, both axes from 0, drawn as PNG.</summary>
public sealed record LineChart
{
    private const int Width = 1200;
    private const int Height = 750;
    private const int Left = 110;
    private const int Right = 50;
    private const int Top = 120;
    private const int Bottom = 95;
    private const double LineWidth = 3.5;
    private const double DotRadius = 6;
    private const int MaxDots = 40;

    /// <summary>What is shown; on top, large.</summary>
    public required string Title { get; init; }

    /// <summary>What goes to the right, such as <c>iterations</c>.</summary>
    public required string HorizontalLabel { get; init; }

    /// <summary>What goes up.</summary>
    public required string VerticalLabel { get; init; }

    /// <summary>Whether horizontal ticks are whole numbers only.</summary>
    public bool WholeSteps { get; init; }

    /// <summary>The line's points from left to right: at least one, finite, not negative.</summary>
    public required IReadOnlyList<ChartPoint> Points { get; init; }

    /// <summary>Draws the chart and encodes it as sRGB PNG of 1200×750 pixels.</summary>
    /// <exception cref="ArgumentException">There is no point, or one is negative or not finite.</exception>
    /// <exception cref="IOException">The labels' font is missing beside the program.</exception>
    /// <exception cref="NetVips.VipsException">A title or label leaves no ink.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public byte[] Render()
    {
        if (Points.Count == 0 || Points.Any(point => !(point.X >= 0 && point.Y >= 0 && double.IsFinite(point.X) && double.IsFinite(point.Y))))
        {
            throw new ArgumentException("A chart needs at least one point, and all finite and not negative.");
        }

        var horizontal = AxisScale.Covering(Points.Max(point => point.X), intervals: 8, WholeSteps);
        var vertical = AxisScale.Covering(Points.Max(point => point.Y), intervals: 6);
        var canvas = new Canvas(Width, Height, Ink.Paper);
        var font = FontFile.Open(Path.Combine(AppContext.BaseDirectory, "label-font.ttf"));

        double X(double value) => Left + (value / horizontal.Maximum * (Width - Left - Right));
        double Y(double value) => Height - Bottom - (value / vertical.Maximum * (Height - Top - Bottom));
        TextMask Text(string text, int size) => TextMask.Draw(text, font, size);

        foreach (var tick in vertical.Ticks)
        {
            canvas.Line(Left, Y(tick), Width - Right, Y(tick), tick == 0 ? 1.6 : 1, tick == 0 ? Ink.Axis : Ink.Grid);
            var label = Text(vertical.Label(tick), 21);
            canvas.Put(label, Left - 14 - label.Width, (int)Math.Round(Y(tick) - (DigitHeight(label) / 2.0)), Ink.Label);
        }

        foreach (var tick in horizontal.Ticks)
        {
            canvas.Line(X(tick), Height - Bottom, X(tick), Height - Bottom + 7, 1.6, Ink.Axis);
            var label = Text(horizontal.Label(tick), 21);
            canvas.Put(label, (int)Math.Round(X(tick) - (label.Width / 2.0)), Height - Bottom + 16, Ink.Label);
        }

        canvas.Put(Text(Title, 30), Left, 26, Ink.Text);
        canvas.Put(Text(VerticalLabel, 22), Left, 80, Ink.Label);
        var name = Text(HorizontalLabel, 22);
        canvas.Put(name, Width - Right - name.Width, Height - 40, Ink.Label);

        for (var i = 1; i < Points.Count; i++)
        {
            canvas.Line(X(Points[i - 1].X), Y(Points[i - 1].Y), X(Points[i].X), Y(Points[i].Y), LineWidth, Ink.Line);
        }

        if (Points.Count <= MaxDots)
        {
            foreach (var point in Points)
            {
                canvas.Dot(X(point.X), Y(point.Y), DotRadius, Ink.Line);
            }
        }

        return PngEncoder.Encode(canvas.Pixels, canvas.Shape);
    }

    /// <summary>A tick's digits stand on the baseline; a thousands comma hangs below it.</summary>
    private static int DigitHeight(TextMask label) => Math.Min(label.Height, 16);

    private static class Ink
    {
        internal static readonly Colour Paper = new(255, 255, 255);
        internal static readonly Colour Grid = new(226, 229, 234);
        internal static readonly Colour Axis = new(90, 96, 106);
        internal static readonly Colour Label = new(70, 76, 86);
        internal static readonly Colour Text = new(25, 29, 36);
        internal static readonly Colour Line = new(26, 99, 180);
    }
}

/// <summary>One point of a line.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Up.</param>
public readonly record struct ChartPoint(double X, double Y);
