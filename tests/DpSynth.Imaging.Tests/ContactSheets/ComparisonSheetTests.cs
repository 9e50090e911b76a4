using System.Buffers.Binary;
using DpSynth.Imaging.ContactSheets;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Imaging.Tests.ContactSheets;

public sealed class ComparisonSheetTests
{
    private static readonly ImageShape _shape = new(60, 60, 1);

    [Fact]
    public void Render_puts_each_set_under_its_heading_line_after_line()
    {
        var page = Decode(ComparisonSheet.Render(["I", "II"], 2, [Row("a", Images(3, 0), Images(2, 100)), Row("b", Images(1, 50), Images(0, 0))]));

        // Columns of two images of 60 with a gap of 4 and 28 between the columns; three lines with 14 more between the rows.
        var left = page.Shape.Width - 20 - 124 - 28 - 124;
        var top = page.Shape.Height - 20 - 60 - 14 - (2 * 64);
        byte At(int x, int y) => page.Pixels[((top + y) * page.Shape.Width) + left + x];
        Assert.Equal([0, 1, 2], new[] { At(0, 0), At(123, 59), At(59, 123) });
        Assert.Equal([100, 101], new[] { At(152, 0), At(275, 59) });
        Assert.Equal(50, At(0, (2 * 64) + 14));
        Assert.Equal(250, At(152, (2 * 64) + 14));
    }

    [Fact]
    public void Render_writes_headings_and_labels()
    {
        var page = Decode(ComparisonSheet.Render(["first"], 3, [Row("food", Images(3, 250))]));

        Assert.Contains(page.Pixels.ToArray().Take(page.Shape.Width * 40), value => value < 128);
        Assert.Contains(page.Pixels.ToArray().Skip(page.Shape.Width * 45), value => value < 128);
    }

    [Fact]
    public void Render_refuses_rows_with_other_columns_and_mixed_shapes()
    {
        Assert.Throws<ArgumentException>(() => ComparisonSheet.Render(["a", "b"], 2, [Row("row", Images(1, 0))]));
        Assert.Throws<ArgumentException>(() => ComparisonSheet.Render(["a"], 2, []));
        Assert.Throws<ArgumentException>(
            () => ComparisonSheet.Render(["a"], 2, [Row("row", Images(1, 0)), Row("row", new ImageBatch(new ImageShape(2, 2, 1), 1))]));
    }

    private static ComparisonRow Row(string label, params ImageBatch[] columns) => new(label, columns);

    private static ImageBatch Images(int count, int first)
    {
        var images = new ImageBatch(_shape, count);
        for (var i = 0; i < count; i++)
        {
            images[i].Fill((byte)(first + i));
        }

        return images;
    }

    private static ImageBatch Decode(byte[] png)
    {
        var shape = new ImageShape(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), 1);
        var page = new ImageBatch(shape, 1);
        new ImageDecoder(new DecodeLimits()).Decode(png, shape, ResizeMode.Fit, page.Pixels);
        return page;
    }
}
