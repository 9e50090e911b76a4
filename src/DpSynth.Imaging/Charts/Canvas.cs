using DpSynth.Imaging.Fonts;

namespace DpSynth.Imaging.Charts;

/// <summary>An sRGB image on which smooth-edged lines, dots and texts are laid.</summary>
internal sealed class Canvas
{
    private readonly byte[] _pixels;

    internal Canvas(int width, int height, Colour paper)
    {
        Shape = new ImageShape(width, height, 3);
        _pixels = new byte[Shape.ByteCount];
        for (var i = 0; i < _pixels.Length; i += 3)
        {
            _pixels[i] = paper.Red;
            _pixels[i + 1] = paper.Green;
            _pixels[i + 2] = paper.Blue;
        }
    }

    internal ImageShape Shape { get; }

    internal ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Lays a line with round ends; a pixel's cover follows from its centre's distance to the line.</summary>
    internal void Line(double x0, double y0, double x1, double y1, double width, Colour colour)
    {
        var reach = (width / 2) + 1;
        var squaredLength = ((x1 - x0) * (x1 - x0)) + ((y1 - y0) * (y1 - y0));
        for (var y = (int)Math.Floor(Math.Min(y0, y1) - reach); y <= Math.Max(y0, y1) + reach; y++)
        {
            for (var x = (int)Math.Floor(Math.Min(x0, x1) - reach); x <= Math.Max(x0, x1) + reach; x++)
            {
                var (centreX, centreY) = (x + 0.5, y + 0.5);
                var along = squaredLength == 0 ? 0 : Math.Clamp((((centreX - x0) * (x1 - x0)) + ((centreY - y0) * (y1 - y0))) / squaredLength, 0, 1);
                var distance = double.Hypot(centreX - x0 - (along * (x1 - x0)), centreY - y0 - (along * (y1 - y0)));
                Cover(x, y, (width / 2) + 0.5 - distance, colour);
            }
        }
    }

    internal void Dot(double x, double y, double radius, Colour colour) => Line(x, y, x, y, 2 * radius, colour);

    /// <summary>Lays a text with its box's upper left corner at a pixel.</summary>
    internal void Put(TextMask text, int left, int top, Colour colour)
    {
        for (var y = 0; y < text.Height; y++)
        {
            for (var x = 0; x < text.Width; x++)
            {
                Cover(left + x, top + y, text.Coverage.Span[(y * text.Width) + x] / 255.0, colour);
            }
        }
    }

    private void Cover(int x, int y, double share, Colour colour)
    {
        if (share <= 0 || (uint)x >= (uint)Shape.Width || (uint)y >= (uint)Shape.Height)
        {
            return;
        }

        share = Math.Min(1, share);
        var pixel = _pixels.AsSpan(((y * Shape.Width) + x) * 3, 3);
        pixel[0] = Mix(pixel[0], colour.Red, share);
        pixel[1] = Mix(pixel[1], colour.Green, share);
        pixel[2] = Mix(pixel[2], colour.Blue, share);
    }

    private static byte Mix(byte under, byte over, double share) => (byte)Math.Round(under + ((over - under) * share));
}

/// <summary>An sRGB colour.</summary>
internal readonly record struct Colour(byte Red, byte Green, byte Blue);
