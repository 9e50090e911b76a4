using DpSynth.Imaging.Interop;
using DpSynth.Imaging.Png;

namespace DpSynth.Imaging.Tests.Png;

public sealed class PngEncoderTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(28, 28, 1)]
    [InlineData(63, 5, 1)]
    [InlineData(64, 5, 1)]
    [InlineData(1, 300, 3)]
    [InlineData(21, 17, 3)]
    [InlineData(64, 64, 3)]
    [InlineData(257, 130, 3)]
    public unsafe void Encode_is_read_back_by_libvips(int width, int height, int channels)
    {
        var shape = new ImageShape(width, height, channels);
        foreach (var range in (int[])[1, 8, 256])
        {
            var random = new Random(range);
            var pixels = new byte[shape.ByteCount];
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = (byte)random.Next(range);

            var png = PngEncoder.Encode(pixels, shape);
            fixed (byte* data = png)
            {
                using var load = new VipsOperation("pngload_buffer").With("buffer", data, png.Length).With("fail-on", (int)VipsFailOn.Error);
                using var image = load.Image();
                Assert.Equal(width, NativeMethods.vips_image_get_width(image));
                Assert.Equal(channels, NativeMethods.vips_image_get_bands(image));
                var decoded = new byte[pixels.Length];
                VipsPixels.CopyTo(image, decoded);
                Assert.Equal(pixels, decoded);
            }
        }
    }

    [Fact]
    public void Encode_refuses_what_is_no_image()
    {
        Assert.Throws<ArgumentException>(() => PngEncoder.Encode(new byte[5], new ImageShape(2, 2, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PngEncoder.Encode(new byte[8], new ImageShape(2, 2, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PngEncoder.Encode([], new ImageShape(0, 2, 1)));
    }

    [Fact]
    public void Crc32_gives_the_published_check_value() => Assert.Equal(0xCBF43926, Crc32.Compute("123456789"u8));
}
