using System.Buffers.Binary;
using DpSynth.Imaging.ContactSheets;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Imaging.Tests.ContactSheets;

public sealed class ContactSheetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Render_enlarges_small_images_by_a_whole_factor(int channels)
    {
        var shape = new ImageShape(28, 28, channels);
        var page = Decode(ContactSheet.Render([Row("", shape, 3), Row("", shape, 2)]), channels);

        // 3 tiles of 56 with gaps of 4 between margins of 20; 2 rows.
        Assert.Equal(new ImageShape(40 + (3 * 60) - 4, 40 + (2 * 60) - 4, channels), page.Shape);
        for (var y = 0; y < 56; y++)
        {
            for (var x = 0; x < 56; x++)
            {
                Assert.Equal((y / 2 * 28) + (x / 2) & 0xFF, page.Pixels[(((20 + y) * page.Shape.Width) + 20 + x) * channels]);
            }
        }
    }

    [Fact]
    public void Render_writes_labels_beside_their_rows()
    {
        var shape = new ImageShape(28, 28, 1);
        var page = Decode(ContactSheet.Render([Row("dog", shape, 1), Row("", shape, 1), Row("a <very> long name & more", shape, 1)]), 1);
        var labelWidth = page.Shape.Width - 40 - 56;
        int[] ink = [.. Enumerable.Range(0, 3).Select(row => Enumerable.Range(0, 56 * labelWidth).Count(
            i => page.Pixels[((20 + (row * 60) + (i / labelWidth)) * page.Shape.Width) + 20 + (i % labelWidth)] < 128))];
        Assert.True(ink[0] > 20);
        Assert.Equal(0, ink[1]);
        Assert.True(ink[2] > ink[0]);
    }

    [Fact]
    public void Render_leaves_large_images_at_their_size()
    {
        var page = Decode(ContactSheet.Render([Row("", new ImageShape(100, 60, 3), 1)]), 3);
        Assert.Equal(new ImageShape(140, 100, 3), page.Shape);
    }

    [Fact]
    public void Render_refuses_nothing_and_mixed_shapes()
    {
        Assert.Throws<ArgumentException>(() => ContactSheet.Render([]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Render([Row("", new ImageShape(2, 2, 1), 0)]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Render([Row("", new ImageShape(2, 2, 1), 1), Row("", new ImageShape(2, 3, 1), 1)]));
    }

    private static ContactSheetRow Row(string label, ImageShape shape, int count)
    {
        var images = new ImageBatch(shape, count);
        for (var i = 0; i < images.Pixels.Length; i++)
        {
            images.Pixels[i] = (byte)(i / shape.Channels % (shape.Width * shape.Height));
        }

        return new ContactSheetRow(label, images);
    }

    private static ImageBatch Decode(byte[] png, int channels)
    {
        var shape = new ImageShape(
            BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), channels);
        var page = new ImageBatch(shape, 1);
        new ImageDecoder(new DecodeLimits()).Decode(png, shape, ResizeMode.Fit, page.Pixels);
        return page;
    }
}
