using DpSynth.Imaging.Fonts;
using DpSynth.Imaging.Png;

namespace DpSynth.Imaging.ContactSheets;

/// <summary>A page on which images and words are put.</summary>
internal sealed class SheetPage
{
    /// <summary>Pixels around everything.</summary>
    public const int Margin = 20;

    /// <summary>Pixels between images.</summary>
    public const int Gap = 4;

    /// <summary>Pixels between a label and the images it belongs to.</summary>
    public const int LabelGap = 14;

    private const int SmallestTile = 56;
    private const byte Paper = 250;
    private const byte Ink = 40;

    private readonly ImageBatch _page;
    private readonly int _factor;

    public SheetPage(int width, int height, ImageShape tile)
    {
        _page = new ImageBatch(new ImageShape(width, height, tile.Channels), count: 1);
        _page.Pixels.Fill(Paper);
        _factor = FactorOf(tile);
    }

    /// <summary>The font that labels are written in.</summary>
    public static FontFile LabelFont => FontFile.Open(Path.Combine(AppContext.BaseDirectory, "label-font.ttf"));

    /// <summary>An image's size on the page: enlarged by a whole factor where it is small, each pixel a square.</summary>
    public static (int Width, int Height) SizeOf(ImageShape tile) => (tile.Width * FactorOf(tile), tile.Height * FactorOf(tile));

    /// <summary>Writes a text, cut off at <paramref name="width"/>.</summary>
    public void PutText(TextMask text, int left, int top, int width = int.MaxValue)
    {
        var shape = _page.Shape;
        for (var y = Math.Max(0, -top); y < text.Height && top + y < shape.Height; y++)
        {
            for (var x = 0; x < Math.Min(text.Width, width); x++)
            {
                var covered = text.Coverage.Span[(y * text.Width) + x];
                var value = (byte)(Paper + ((Ink - Paper) * covered / 255));
                _page.Pixels.Slice((((top + y) * shape.Width) + left + x) * shape.Channels, shape.Channels).Fill(value);
            }
        }
    }

    /// <summary>Puts an image of a batch.</summary>
    public void PutImage(ImageBatch images, int index, int left, int top)
    {
        var shape = images.Shape;
        var image = images[index];
        var channels = shape.Channels;
        for (var y = 0; y < shape.Height * _factor; y++)
        {
            var source = image.Slice(y / _factor * shape.Width * channels, shape.Width * channels);
            var target = _page.Pixels.Slice((((top + y) * _page.Shape.Width) + left) * channels, shape.Width * _factor * channels);
            for (var x = 0; x < shape.Width * _factor; x++)
            {
                source.Slice(x / _factor * channels, channels).CopyTo(target[(x * channels)..]);
            }
        }
    }

    /// <summary>The page as PNG: grey if the images are, else sRGB.</summary>
    public byte[] Encode() => PngEncoder.Encode(_page.Pixels, _page.Shape);

    private static int FactorOf(ImageShape tile)
    {
        var side = Math.Max(tile.Width, tile.Height);
        return Math.Max(1, (SmallestTile + side - 1) / side);
    }
}
