using DpSynth.Imaging.Png;
using NetVips;

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
    public void Encode_is_read_back_by_libvips(int width, int height, int channels)
    {
        LibVips.EnsureStarted();
        var shape = new ImageShape(width, height, channels);
        foreach (var range in (int[])[1, 8, 256])
        {
            var random = new Random(range);
            var pixels = new byte[shape.ByteCount];
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (byte)random.Next(range);
            }

            var png = PngEncoder.Encode(pixels, shape);
            using var image = Image.PngloadBuffer(png, failOn: Enums.FailOn.Error);
            Assert.Equal(width, image.Width);
            Assert.Equal(channels, image.Bands);
            Assert.Equal(pixels, image.WriteToMemory<byte>());
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
    public void Encode_ends_every_chunk_with_its_checksum()
    {
        // The checksum of an empty IEND is the same in every PNG.
        var png = PngEncoder.Encode([7], new ImageShape(1, 1, 1));
        Assert.Equal([0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82], png[^12..]);
    }
}
