using DpSynth.Imaging;
using DpSynth.Models.Embedding;

namespace DpSynth.Models.Tests.Embedding;

/// <summary>Expected values: Pillow 9.4, <c>Image.resize</c>.</summary>
public sealed class ImageResizerTests
{
    [Theory]
    [InlineData(0, 4, 3, new[] { 0, 74, 148, 222, 122, 240, 102, 220, 244, 150, 56, 218 })]
    [InlineData(1, 4, 3, new[] { 32, 119, 173, 153, 163, 168, 126, 127, 186, 140, 130, 127 })]
    [InlineData(2, 4, 3, new[] { 48, 113, 168, 150, 150, 159, 131, 138, 183, 142, 133, 129 })]
    [InlineData(3, 4, 3, new[] { 38, 116, 172, 151, 156, 164, 129, 132, 188, 141, 132, 127 })]
    [InlineData(4, 4, 3, new[] { 52, 137, 201, 137, 152, 142, 102, 191, 188, 147, 132, 117 })]
    [InlineData(5, 4, 3, new[] { 41, 111, 172, 156, 147, 172, 123, 159, 186, 139, 130, 138 })]
    [InlineData(1, 9, 3, new[]
    {
        19, 38, 84, 124, 155, 188, 154, 137, 175,
        117, 170, 216, 162, 96, 160, 128, 100, 155,
        227, 184, 112, 125, 187, 137, 80, 117, 173,
    })]
    [InlineData(2, 9, 3, new[]
    {
        26, 54, 86, 119, 151, 184, 155, 139, 167,
        122, 161, 182, 165, 100, 146, 129, 124, 163,
        218, 171, 133, 132, 191, 136, 102, 113, 164,
    })]
    [InlineData(3, 9, 3, new[]
    {
        21, 46, 84, 121, 152, 189, 156, 137, 170,
        119, 169, 198, 169, 97, 155, 127, 112, 160,
        226, 176, 124, 125, 190, 134, 91, 111, 169,
    })]
    public void Resize_gives_Pillows_pixels(int filter, int width, int height, int[] expected)
    {
        var source = new ImageShape(7, 5, 1);
        Assert.Equal(expected, Resize(source, width, height, (ResamplingFilter)filter).Select(value => (int)value));
    }

    [Theory]
    [InlineData(0, 3296232177U)]
    [InlineData(1, 2300128401U)]
    [InlineData(2, 1266499892U)]
    [InlineData(3, 2127421034U)]
    [InlineData(4, 2844082873U)]
    [InlineData(5, 4048893122U)]
    public void Resize_gives_Pillows_pixels_of_a_colour_image(int filter, uint expected)
    {
        var source = new ImageShape(101, 67, 3);
        Assert.Equal(expected, Checksum(Resize(source, 32, 45, (ResamplingFilter)filter)));
    }

    [Fact]
    public void Resize_copies_an_image_that_has_the_size_already()
    {
        var source = new ImageShape(7, 5, 3);
        Assert.Equal(Pattern(source), Resize(source, 7, 5, ResamplingFilter.Lanczos));
    }

    private static byte[] Resize(ImageShape source, int width, int height, ResamplingFilter filter)
    {
        var resizer = new ImageResizer(source, width, height, filter);
        var result = new byte[width * height * source.Channels];
        resizer.Resize(Pattern(source), result, new byte[resizer.ScratchLength]);
        return result;
    }

    private static byte[] Pattern(ImageShape shape)
    {
        var pixels = new byte[shape.ByteCount];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y, channel) = (i / shape.Channels % shape.Width, i / shape.Channels / shape.Width, i % shape.Channels);
            pixels[i] = (byte)((x * 37) + (y * 61) + (x * y * 11) + (channel * 50));
        }

        return pixels;
    }

    // CRC-32 as in PNG and zlib.
    private static uint Checksum(byte[] bytes)
    {
        var state = uint.MaxValue;
        foreach (var value in bytes)
        {
            state ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * 0xEDB88320);
            }
        }

        return ~state;
    }
}
