using DpSynth.Imaging.Fonts;

namespace DpSynth.Imaging.ContactSheets;

/// <summary>
/// Many images on one page, in labelled rows. Small images are enlarged by a whole factor, each pixel a square, so that 28×28 can
/// be looked at.
/// </summary>
public static class ContactSheet
{
    private const int MaxLabel = 24;

    /// <summary>Draws the page and encodes it as PNG: grey if the images are, else sRGB.</summary>
    /// <param name="rows">At least one row, and one image in all; all images of one shape.</param>
    /// <exception cref="ArgumentException">There is no image, or the shapes differ.</exception>
    /// <exception cref="IOException">There are labels, and their font is missing beside the program.</exception>
    /// <exception cref="NetVips.VipsException">A label that is not blank leaves no ink.</exception>
    /// <exception cref="DllNotFoundException">There are labels, and libvips is missing.</exception>
    public static byte[] Render(IReadOnlyList<ContactSheetRow> rows)
    {
        if (rows.Sum(row => (long)row.Images.Count) == 0)
        {
            throw new ArgumentException("A contact sheet needs at least one image.", nameof(rows));
        }

        var shape = rows[0].Images.Shape;
        if (rows.Any(row => row.Images.Shape != shape))
        {
            throw new ArgumentException("All images of a contact sheet have one shape.", nameof(rows));
        }

        var (tileWidth, tileHeight) = SheetPage.SizeOf(shape);
        var labels = DrawLabels(rows, Math.Clamp(tileHeight / 3, 14, 28));
        var labelWidth = labels.Max(label => label?.Width + SheetPage.LabelGap ?? 0);
        var columns = rows.Max(row => row.Images.Count);

        var page = new SheetPage(
            (2 * SheetPage.Margin) + labelWidth + (columns * (tileWidth + SheetPage.Gap)) - SheetPage.Gap,
            (2 * SheetPage.Margin) + (rows.Count * (tileHeight + SheetPage.Gap)) - SheetPage.Gap,
            shape);
        for (var i = 0; i < rows.Count; i++)
        {
            var top = SheetPage.Margin + (i * (tileHeight + SheetPage.Gap));
            if (labels[i] is { } label)
            {
                page.PutText(label, SheetPage.Margin + labelWidth - SheetPage.LabelGap - label.Width, top + ((tileHeight - label.Height) / 2));
            }

            for (var column = 0; column < rows[i].Images.Count; column++)
            {
                page.PutImage(rows[i].Images, column, SheetPage.Margin + labelWidth + (column * (tileWidth + SheetPage.Gap)), top);
            }
        }

        return page.Encode();
    }

    private static TextMask?[] DrawLabels(IReadOnlyList<ContactSheetRow> rows, int pixelsPerEm)
    {
        if (rows.All(row => string.IsNullOrWhiteSpace(row.Label)))
        {
            return new TextMask?[rows.Count];
        }

        var font = SheetPage.LabelFont;
        return [.. rows.Select(row => string.IsNullOrWhiteSpace(row.Label) ? null : TextMask.Draw(Shorten(row.Label), font, pixelsPerEm))];
    }

    private static string Shorten(string label) => label.Length <= MaxLabel ? label : label[..(MaxLabel - 1)] + "…";
}
