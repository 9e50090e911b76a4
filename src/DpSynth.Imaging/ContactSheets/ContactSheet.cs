using DpSynth.Imaging.Fonts;
using DpSynth.Imaging.Png;

namespace DpSynth.Imaging.ContactSheets;

/// <summary>
/// Many images on one page, in labelled rows. Small images are enlarged by a whole factor, each pixel a square, so that 28×28 can
/// be looked at.
/// </summary>
public static class ContactSheet
{
    private const int Margin = 20;
    private const int Gap = 4;
    private const int LabelGap = 14;
    private const int LongestLabel = 24;
    private const int SmallestTile = 56;
    private const byte Paper = 250;
    private const byte Ink = 40;

    /// <summary>Draws the page and encodes it as PNG: grey if the images are, else sRGB.</summary>
    /// <param name="rows">At least one row, and one image in all; all images of one shape.</param>
    /// <exception cref="ArgumentException">There is no image, or the shapes differ.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public static byte[] Render(IReadOnlyList<ContactSheetRow> rows)
    {
        if (rows.Sum(row => (long)row.Images.Count) == 0)
            throw new ArgumentException("A contact sheet needs at least one image.", nameof(rows));

        var shape = rows[0].Images.Shape;
        if (rows.Any(row => row.Images.Shape != shape))
            throw new ArgumentException("All images of a contact sheet have one shape.", nameof(rows));

        var factor = Math.Max(1, (SmallestTile + Math.Max(shape.Width, shape.Height) - 1) / Math.Max(shape.Width, shape.Height));
        var tileWidth = shape.Width * factor;
        var tileHeight = shape.Height * factor;
        var labels = DrawLabels(rows, Math.Clamp(tileHeight / 3, 14, 28));
        var labelWidth = labels.Max(label => label?.Width + LabelGap ?? 0);
        var columns = rows.Max(row => row.Images.Count);

        var page = new ImageBatch(
            new ImageShape(
                (2 * Margin) + labelWidth + (columns * (tileWidth + Gap)) - Gap,
                (2 * Margin) + (rows.Count * (tileHeight + Gap)) - Gap,
                shape.Channels),
            count: 1);
        page.Pixels.Fill(Paper);
        for (var i = 0; i < rows.Count; i++)
        {
            var top = Margin + (i * (tileHeight + Gap));
            if (labels[i] is { } label)
                PutLabel(page, label, Margin + labelWidth - LabelGap - label.Width, top + ((tileHeight - label.Height) / 2));
            for (var column = 0; column < rows[i].Images.Count; column++)
                PutImage(page, rows[i].Images[column], shape, factor, Margin + labelWidth + (column * (tileWidth + Gap)), top);
        }

        return PngEncoder.Encode(page.Pixels, page.Shape);
    }

    private static TextMask?[] DrawLabels(IReadOnlyList<ContactSheetRow> rows, int pixelsPerEm)
    {
        if (rows.All(row => string.IsNullOrWhiteSpace(row.Label)))
            return new TextMask?[rows.Count];

        var font = FontFile.Open(Path.Combine(AppContext.BaseDirectory, "label-font.ttf"));
        return [.. rows.Select(row => string.IsNullOrWhiteSpace(row.Label) ? null : TextMask.Draw(Shorten(row.Label), font, pixelsPerEm))];
    }

    private static string Shorten(string label) => label.Length <= LongestLabel ? label : label[..(LongestLabel - 1)] + "…";

    private static void PutLabel(ImageBatch page, TextMask label, int left, int top)
    {
        var shape = page.Shape;
        for (var y = Math.Max(0, -top); y < label.Height && top + y < shape.Height; y++)
        {
            for (var x = 0; x < label.Width; x++)
            {
                var covered = label.Coverage.Span[(y * label.Width) + x];
                var value = (byte)(Paper + ((Ink - Paper) * covered / 255));
                page.Pixels.Slice((((top + y) * shape.Width) + left + x) * shape.Channels, shape.Channels).Fill(value);
            }
        }
    }

    private static void PutImage(ImageBatch page, ReadOnlySpan<byte> image, ImageShape shape, int factor, int left, int top)
    {
        var channels = shape.Channels;
        for (var y = 0; y < shape.Height * factor; y++)
        {
            var source = image.Slice(y / factor * shape.Width * channels, shape.Width * channels);
            var target = page.Pixels.Slice((((top + y) * page.Shape.Width) + left) * channels, shape.Width * factor * channels);
            for (var x = 0; x < shape.Width * factor; x++)
                source.Slice(x / factor * channels, channels).CopyTo(target[(x * channels)..]);
        }
    }
}
