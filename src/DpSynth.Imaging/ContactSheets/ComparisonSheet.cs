using DpSynth.Imaging.Fonts;

namespace DpSynth.Imaging.ContactSheets;

/// <summary>
/// Sets of images side by side on one page: a heading over each column of images, a label beside each row. Small images are enlarged by a
/// whole factor, each pixel a square.
/// </summary>
public static class ComparisonSheet
{
    private const int ColumnGap = 28;
    private const int RowGap = 14;
    private const int LabelSize = 17;

    /// <summary>Draws the page and encodes it as PNG.</summary>
    /// <param name="headings">One for each column; its text must fit over the column's images, or it is cut.</param>
    /// <param name="imagesAcross">How many images lie beside each other in a column, at least 1; the next ones follow below.</param>
    /// <param name="rows">Label and images of each row, as many batches as there are headings; all images of one shape.</param>
    /// <exception cref="ArgumentException">There are no rows or no columns, a row has another number of columns, or the shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="imagesAcross"/> is below 1.</exception>
    /// <exception cref="IOException">The labels' font is missing beside the program.</exception>
    /// <exception cref="NetVips.VipsException">A heading or label leaves no ink.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public static byte[] Render(IReadOnlyList<string> headings, int imagesAcross, IReadOnlyList<ComparisonRow> rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imagesAcross, 1);
        if (headings.Count == 0 || rows.Count == 0 || rows.Any(row => row.Columns.Count != headings.Count))
        {
            throw new ArgumentException("A comparison needs rows, and in each of them as many columns as there are headings.", nameof(rows));
        }

        var shape = rows[0].Columns[0].Shape;
        if (rows.SelectMany(row => row.Columns).Any(images => images.Shape != shape))
        {
            throw new ArgumentException("All images of a comparison have one shape.", nameof(rows));
        }

        var font = SheetPage.LabelFont;
        var heads = headings.Select(heading => TextMask.Draw(heading, font, LabelSize)).ToArray();
        var labels = rows.Select(row => TextMask.Draw(row.Label, font, LabelSize)).ToArray();
        var lines = rows.Select(row => Math.Max(1, row.Columns.Max(images => (images.Count + imagesAcross - 1) / imagesAcross))).ToArray();

        var (tileWidth, tileHeight) = SheetPage.SizeOf(shape);
        var (stepX, stepY) = (tileWidth + SheetPage.Gap, tileHeight + SheetPage.Gap);
        var columnWidth = (imagesAcross * stepX) - SheetPage.Gap;
        var left = SheetPage.Margin + labels.Max(label => label.Width) + SheetPage.LabelGap;
        var top = SheetPage.Margin + heads.Max(head => head.Height) + SheetPage.LabelGap;
        var page = new SheetPage(
            left + (headings.Count * (columnWidth + ColumnGap)) - ColumnGap + SheetPage.Margin,
            top + (lines.Sum() * stepY) + ((rows.Count - 1) * RowGap) - SheetPage.Gap + SheetPage.Margin,
            shape);
        for (var column = 0; column < heads.Length; column++)
        {
            page.PutText(heads[column], left + (column * (columnWidth + ColumnGap)), SheetPage.Margin, columnWidth);
        }

        for (var row = 0; row < rows.Count; row++)
        {
            page.PutText(labels[row], left - SheetPage.LabelGap - labels[row].Width, top + ((tileHeight - labels[row].Height) / 2));
            for (var column = 0; column < headings.Count; column++)
            {
                var images = rows[row].Columns[column];
                for (var i = 0; i < images.Count; i++)
                {
                    page.PutImage(images, i, left + (column * (columnWidth + ColumnGap)) + (i % imagesAcross * stepX), top + (i / imagesAcross * stepY));
                }
            }

            top += (lines[row] * stepY) + RowGap;
        }

        return page.Encode();
    }
}

/// <summary>A row of a comparison.</summary>
/// <param name="Label">What stands beside the row; not empty.</param>
/// <param name="Columns">The images under each heading; may be none.</param>
public sealed record ComparisonRow(string Label, IReadOnlyList<ImageBatch> Columns);
