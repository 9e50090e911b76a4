using DpSynth.Imaging.Fonts;

namespace DpSynth.Generators.DrawText;

/// <summary>
/// A glyph as a signed distance field, made once and warped into any number of images. Its unit of length is the longer side of
/// the ink's bounding box; its origin is the middle of that box, x to the right, y down.
/// </summary>
internal sealed class GlyphMaster
{
    /// <summary>Cells of the field a unit of length takes.</summary>
    internal const int CellsPerUnit = 64;

    /// <summary>Fixed-point steps a cell takes in <see cref="Pairs"/>: distances reach ±128 cells.</summary>
    internal const int StepsPerCell = 256;

    private const int Margin = 10;
    private const int PixelsPerEm = 128;

    private GlyphMaster(int width, int height, int[] pairs, float massX, float massY)
    {
        Width = width;
        Height = height;
        Pairs = pairs;
        MassX = massX;
        MassY = massY;
    }

    /// <summary>Samples a row of the field, one a cell; the origin lies at (Width − 1) / 2.</summary>
    internal int Width { get; }

    /// <summary>Rows of the field; the origin lies at (Height − 1) / 2.</summary>
    internal int Height { get; }

    /// <summary>
    /// <c>[height, width]</c>: in the low 16 bits the signed distance of a sample, in the high 16 bits that of its right neighbour,
    /// both in steps and positive inside the ink. Two reads give the four corners of a cell.
    /// </summary>
    internal int[] Pairs { get; }

    /// <summary>The ink's centre of mass.</summary>
    internal float MassX { get; }

    /// <summary>The ink's centre of mass.</summary>
    internal float MassY { get; }

    /// <summary>Draws <paramref name="text"/> in <paramref name="font"/> and measures its distances.</summary>
    internal static GlyphMaster Draw(string text, FontFile font) => FromMask(TextMask.Draw(text, font, PixelsPerEm));

    /// <summary>Measures the distances of a mask.</summary>
    internal static GlyphMaster FromMask(TextMask mask)
    {
        var coverage = mask.Coverage.Span;
        var cellsPerPixel = CellsPerUnit / (float)Math.Max(mask.Width, mask.Height);

        // Room around the ink, so that the distances beyond it are measured and not extrapolated.
        var border = (int)MathF.Ceiling((Margin + 1) / cellsPerPixel);
        var paddedWidth = mask.Width + (2 * border);
        var paddedHeight = mask.Height + (2 * border);
        var padded = new byte[paddedWidth * paddedHeight];
        double mass = 0, massX = 0, massY = 0;
        for (var y = 0; y < mask.Height; y++)
        {
            for (var x = 0; x < mask.Width; x++)
            {
                var covered = coverage[(y * mask.Width) + x];
                padded[((y + border) * paddedWidth) + x + border] = covered;
                mass += covered;
                massX += covered * (x + 0.5 - (mask.Width / 2.0));
                massY += covered * (y + 0.5 - (mask.Height / 2.0));
            }
        }

        var distances = DistanceTransform.Signed(padded, paddedWidth, paddedHeight);
        var width = (int)MathF.Ceiling(mask.Width * cellsPerPixel) + (2 * Margin) + 1;
        var height = (int)MathF.Ceiling(mask.Height * cellsPerPixel) + (2 * Margin) + 1;
        var samples = new short[width * height];
        for (var y = 0; y < height; y++)
        {
            var sourceY = ((y - ((height - 1) / 2f)) / cellsPerPixel) + ((paddedHeight - 1) / 2f);
            for (var x = 0; x < width; x++)
            {
                var sourceX = ((x - ((width - 1) / 2f)) / cellsPerPixel) + ((paddedWidth - 1) / 2f);
                var distance = Interpolate(distances, paddedWidth, paddedHeight, sourceX, sourceY) * cellsPerPixel;
                samples[(y * width) + x] = (short)MathF.Round(Math.Clamp(distance * StepsPerCell, short.MinValue, short.MaxValue));
            }
        }

        var unitsPerPixel = 1.0 / Math.Max(mask.Width, mask.Height);
        return new GlyphMaster(
            width, height, Pair(samples, width), (float)(massX / mass * unitsPerPixel), (float)(massY / mass * unitsPerPixel));
    }

    private static int[] Pair(short[] samples, int width)
    {
        var pairs = new int[samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var right = (i + 1) % width == 0 ? samples[i] : samples[i + 1];
            pairs[i] = (ushort)samples[i] | (right << 16);
        }

        return pairs;
    }

    private static float Interpolate(float[] field, int width, int height, float x, float y)
    {
        x = Math.Clamp(x, 0, width - 1);
        y = Math.Clamp(y, 0, height - 1);
        var left = Math.Min((int)x, width - 2);
        var top = Math.Min((int)y, height - 2);
        x -= left;
        y -= top;
        var at = (top * width) + left;
        var above = field[at] + (x * (field[at + 1] - field[at]));
        var below = field[at + width] + (x * (field[at + width + 1] - field[at + width]));
        return above + (y * (below - above));
    }
}
