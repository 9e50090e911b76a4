using DpSynth.Imaging.Png;
using FsCheck;
using FsCheck.Fluent;
using NetVips;

namespace DpSynth.Imaging.Tests.Png;

public sealed class PngEncoderTests
{
    /// <summary>Any size and number of channels, with few values or all, so that rows compress well or not at all.</summary>
    [Fact]
    public void Encode_is_read_back_by_libvips()
    {
        LibVips.EnsureStarted();
        var side = Gen.OneOf(Gen.Choose(1, 40), Gen.Elements(1, 63, 64, 65, 257, 300));
        var images =
            from width in side
            from height in side
            from channels in Gen.Elements(1, 3)
            from range in Gen.Elements(1, 8, 256)
            from pixels in Gen.Choose(0, range - 1).Select(static value => (byte)value).ArrayOf(width * height * channels)
            select (Shape: new ImageShape(width, height, channels), Pixels: pixels);
        Prop.ForAll(images.ToArbitrary(), drawn =>
        {
            using var image = Image.PngloadBuffer(PngEncoder.Encode(drawn.Pixels, drawn.Shape), failOn: Enums.FailOn.Error);
            Assert.Equal(drawn.Shape, new ImageShape(image.Width, image.Height, image.Bands));
            Assert.Equal(drawn.Pixels, image.WriteToMemory<byte>());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
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
