using DpSynth.Imaging.Decoding;
using FsCheck;
using FsCheck.Fluent;
using NetVips;

namespace DpSynth.Imaging.Tests.Decoding;

public sealed partial class ImageDecoderTests
{
    private static readonly byte[] Red = [230, 20, 30];
    private static readonly byte[] Green = [10, 200, 40];
    private static readonly byte[] Blue = [30, 40, 220];
    private static readonly byte[] White = [250, 250, 250];

    private readonly ImageDecoder _decoder = new(new DecodeLimits());

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("gif")]
    public void Decode_reads_colours_of_every_format(string format)
    {
        var pixels = Decode(Quadrants().As(format), new ImageShape(32, 32, 3));
        AssertQuadrants(pixels, 32, Red, Green, Blue, White);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("gif")]
    public void Decode_scales_every_format(string format)
    {
        var pixels = Decode(Quadrants().As(format), new ImageShape(16, 16, 3));
        AssertQuadrants(pixels, 16, Red, Green, Blue, White);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("tiff")]
    public void Decode_reads_grey_images(string format)
    {
        var sample = SampleImage.Of(20, 10, (x, _) => [(byte)(x * 12)]);
        var grey = Decode(sample.As(format), new ImageShape(20, 10, 1));
        Assert.All(Enumerable.Range(0, 200), i => Assert.InRange(grey[i] - sample.Pixels[i], -2, 2));

        var colour = Decode(sample.As(format), new ImageShape(20, 10, 3));
        Assert.All(Enumerable.Range(0, 600), i => Assert.InRange(colour[i] - sample.Pixels[i / 3], -2, 2));
    }

    [Fact]
    public void Decode_turns_colour_into_luminance_when_grey_is_wanted()
    {
        var grey = Decode(Quadrants().Png(), new ImageShape(32, 32, 1));
        Assert.True(At(grey, 32, 24, 24) > At(grey, 32, 24, 8), "white is lighter than green");
        Assert.True(At(grey, 32, 24, 8) > At(grey, 32, 8, 8), "green is lighter than red");
        Assert.True(At(grey, 32, 8, 8) > At(grey, 32, 8, 24), "red is lighter than blue");
    }

    [Fact]
    public void Decode_lays_transparency_on_black()
    {
        var sample = SampleImage.Of(8, 8, (x, _) => [200, 100, 50, (byte)(x < 4 ? 255 : 0)]);
        var pixels = Decode(sample.Png(), new ImageShape(8, 8, 3));
        Assert.Equal([200, 100, 50], pixels[..3]);
        Assert.Equal([0, 0, 0], pixels[^3..]);
    }

    [Fact]
    public void Decode_lays_grey_transparency_on_black()
    {
        var sample = SampleImage.Of(8, 8, (x, _) => [200, (byte)(x < 4 ? 255 : 0)]);
        var pixels = Decode(sample.Png(), new ImageShape(8, 8, 1));
        Assert.Equal(200, pixels[0]);
        Assert.Equal(0, pixels[^1]);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("tiff")]
    public void Decode_brings_16_bits_to_8(string format)
    {
        var grey = SampleImage.Of16Bits(16, 4, Enums.Interpretation.Grey16, (x, _) => [(ushort)(x * 4000)]);
        var pixels = Decode(grey.As(format), new ImageShape(16, 4, 1));
        Assert.All(Enumerable.Range(0, 16), x => Assert.InRange(pixels[x] - (x * 4000 / 257.0), -2, 2));

        var colour = SampleImage.Of16Bits(4, 4, Enums.Interpretation.Rgb16, (_, _) => [65535, 32768, 0]);
        pixels = Decode(colour.As(format), new ImageShape(4, 4, 3));
        Assert.InRange(pixels[0], 254, 255);
        Assert.InRange(pixels[1], 126, 129);
        Assert.Equal(0, pixels[2]);
    }

    [Fact]
    public void Decode_heeds_an_embedded_profile()
    {
        // In Display P3 the same green has more red in it; read without its profile it would be off by some 70 steps.
        var sample = SampleImage.Of(16, 16, (_, _) => Green);
        var encoded = sample.PngInDisplayP3();
        Assert.True(encoded.AsSpan().IndexOf("iCCP"u8) > 0);
        AssertNear(Green, Pixel(Decode(encoded, new ImageShape(16, 16, 3)), 16, 8, 8));
    }

    [Fact]
    public void Decode_turns_CMYK_into_sRGB()
    {
        // Pure cyan on the left, nothing but paper on the right.
        var sample = SampleImage.Of(32, 32, (x, _) => x < 16 ? [255, 0, 0, 0] : [0, 0, 0, 0], Enums.Interpretation.Cmyk);
        var pixels = Decode(sample.Jpeg(), new ImageShape(32, 32, 3));
        var cyan = Pixel(pixels, 32, 6, 16);
        Assert.True(cyan[0] < 120 && cyan[1] > 120 && cyan[2] > 180, $"cyan came out as {string.Join(',', cyan)}");
        Assert.All(Pixel(pixels, 32, 26, 16), value => Assert.InRange(value, 240, 255));
    }

    [Theory]
    [InlineData(1, 0, 1, 2, 3)]
    [InlineData(2, 1, 0, 3, 2)]
    [InlineData(3, 3, 2, 1, 0)]
    [InlineData(6, 2, 0, 3, 1)]
    [InlineData(8, 1, 3, 0, 2)]
    public void Decode_turns_images_upright_as_EXIF_says(int orientation, int topLeft, int topRight, int bottomLeft, int bottomRight)
    {
        byte[][] colours = [Red, Green, Blue, White];
        var pixels = Decode(Quadrants().With("orientation", orientation).Jpeg(), new ImageShape(32, 32, 3));
        AssertQuadrants(pixels, 32, colours[topLeft], colours[topRight], colours[bottomLeft], colours[bottomRight]);
    }

    [Theory]
    [InlineData(1, 24, 16)]
    [InlineData(3, 24, 16)]
    [InlineData(6, 16, 24)]
    [InlineData(8, 16, 24)]
    public void Measure_gives_the_size_of_the_upright_image(int orientation, int width, int height)
    {
        var decoder = new ImageDecoder(new DecodeLimits());
        var colour = SampleImage.Of(24, 16, (_, _) => Red).With("orientation", orientation);
        Assert.Equal(new ImageShape(width, height, 3), decoder.Measure(colour.Jpeg()));
        Assert.Equal(new ImageShape(24, 16, 1), decoder.Measure(SampleImage.Of(24, 16, (x, _) => [(byte)x]).Png()));
        Assert.Throws<ImageRejectedException>(() => decoder.Measure("no image"u8));
    }

    [Fact]
    public void Decode_takes_the_first_frame_of_an_animation()
    {
        var film = SampleImage.Of(16, 48, (_, y) => y < 16 ? Red : y < 32 ? Green : Blue).With("page-height", 16);
        var pixels = Decode(film.Gif(), new ImageShape(16, 16, 3));
        Assert.All(Enumerable.Range(0, 16), y => AssertNear(Red, Pixel(pixels, 16, 8, y)));
    }

    [Theory]
    [InlineData(Enums.ForeignPngFilter.None)]
    [InlineData(Enums.ForeignPngFilter.Sub)]
    [InlineData(Enums.ForeignPngFilter.Up)]
    [InlineData(Enums.ForeignPngFilter.Avg)]
    [InlineData(Enums.ForeignPngFilter.Paeth)]
    [InlineData(Enums.ForeignPngFilter.All)]
    public void Decode_undoes_every_PNG_filter(Enums.ForeignPngFilter filter)
    {
        var images =
            from width in Gen.Choose(1, 40)
            from height in Gen.Choose(1, 40)
            from bands in Gen.Elements(1, 3)
            from grain in Gen.Choose(0, 29).ArrayOf(width * height * bands)
            select SampleImage.Of(width, height,
                (x, y) => [.. Enumerable.Range(0, bands).Select(band => (byte)((x * y) + grain[(((y * width) + x) * bands) + band]))]);
        Prop.ForAll(
            images.ToArbitrary(),
            sample => Assert.Equal(sample.Pixels, Decode(sample.Png(filter), new ImageShape(sample.Width, sample.Height, sample.Bands))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void Decode_reads_interlaced_and_palette_PNGs()
    {
        AssertQuadrants(Decode(Quadrants().Png(interlace: true), new ImageShape(32, 32, 3)), 32, Red, Green, Blue, White);
        AssertQuadrants(Decode(Quadrants().Png(palette: true), new ImageShape(32, 32, 3)), 32, Red, Green, Blue, White);
    }

    [Fact]
    public void Decode_fits_without_distorting()
    {
        var wide = SampleImage.Of(40, 20, (_, _) => [255]).Png();
        var pixels = Decode(wide, new ImageShape(20, 20, 1), ResizeMode.Fit);
        Assert.Equal(0, At(pixels, 20, 10, 2));
        Assert.Equal(255, At(pixels, 20, 10, 10));
        Assert.Equal(255, At(pixels, 20, 1, 10));
        Assert.Equal(0, At(pixels, 20, 10, 17));
    }

    [Fact]
    public void Decode_fills_by_cutting_off_the_sides()
    {
        var striped = SampleImage.Of(40, 20, (x, _) => [(byte)(x is < 8 or >= 32 ? 0 : 255)]).Png();
        Assert.All(Decode(striped, new ImageShape(20, 20, 1), ResizeMode.Fill), value => Assert.InRange(value, 245, 255));
    }

    [Fact]
    public void Decode_stretches_when_asked_to()
    {
        var striped = SampleImage.Of(40, 20, (x, _) => [(byte)(x < 20 ? 0 : 255)]).Png();
        var pixels = Decode(striped, new ImageShape(20, 20, 1), ResizeMode.Stretch);
        Assert.All(Enumerable.Range(0, 20), y => Assert.Equal((0, 255), (At(pixels, 20, 4, y), At(pixels, 20, 15, y))));
    }

    [Theory]
    [InlineData(ResizeMode.Fit)]
    [InlineData(ResizeMode.Fill)]
    [InlineData(ResizeMode.Stretch)]
    public void Decode_gives_the_wanted_size_for_any_size_and_mode(ResizeMode mode)
    {
        foreach (var (width, height) in ((int, int)[])[(1, 1), (1, 90), (90, 1), (7, 13), (28, 27), (300, 29)])
        {
            var pixels = Decode(SampleImage.Of(width, height, (_, _) => [255]).Png(), new ImageShape(28, 28, 1), mode);
            Assert.Contains((byte)255, pixels);
            if (mode != ResizeMode.Fit)
            {
                Assert.DoesNotContain((byte)0, pixels);
            }
        }
    }

    [Fact]
    public void Decode_gives_the_same_on_many_threads()
    {
        var samples = Enumerable.Range(0, 40).Select(i => SampleImage.Of(30 + i, 25, (x, y) => [(byte)(x * y * (i + 1))])).ToArray();
        var encoded = samples.Select((sample, i) => i % 2 == 0 ? sample.Png() : sample.Jpeg()).ToArray();
        var shape = new ImageShape(28, 28, 1);
        var expected = encoded.Select(bytes => Decode(bytes, shape)).ToArray();
        Parallel.For(0, 400, i => Assert.Equal(expected[i % 40], Decode(encoded[i % 40], shape)));
    }

    [Fact]
    public void Decode_refuses_a_destination_of_another_length() =>
        Assert.Throws<ArgumentException>(() => _decoder.Decode(Noise(4, 4).Png(), new ImageShape(4, 4, 3), ResizeMode.Fit, new byte[47]));

    private static SampleImage Quadrants() => SampleImage.Of(32, 32, (x, y) => (x < 16, y < 16) switch
    {
        (true, true) => Red,
        (false, true) => Green,
        (true, false) => Blue,
        (false, false) => White,
    });

    private static SampleImage Noise(int width, int height)
    {
        var random = new Random(width);
        return SampleImage.Of(width, height, (_, _) => [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)]);
    }

    private byte[] Decode(byte[] encoded, ImageShape shape, ResizeMode mode = ResizeMode.Fit)
    {
        var pixels = new byte[shape.ByteCount];
        _decoder.Decode(encoded, shape, mode, pixels);
        return pixels;
    }

    private ImageRejectedException AssertRejected(ImageRejection reason, byte[] encoded, ImageShape shape)
    {
        var error = Assert.Throws<ImageRejectedException>(() => Decode(encoded, shape));
        Assert.Equal(reason, error.Reason);
        Assert.Null(error.InnerException);
        return error;
    }

    private static void AssertQuadrants(byte[] pixels, int side, byte[] topLeft, byte[] topRight, byte[] bottomLeft, byte[] bottomRight)
    {
        var (near, far) = (side / 4, side * 3 / 4);
        AssertNear(topLeft, Pixel(pixels, side, near, near));
        AssertNear(topRight, Pixel(pixels, side, far, near));
        AssertNear(bottomLeft, Pixel(pixels, side, near, far));
        AssertNear(bottomRight, Pixel(pixels, side, far, far));
    }

    // JPEG at quality 100 moves a flat colour by a few steps.
    private static void AssertNear(byte[] expected, byte[] actual) =>
        Assert.All(Enumerable.Range(0, 3), i => Assert.InRange(actual[i] - expected[i], -6, 6));

    private static byte[] Pixel(byte[] pixels, int width, int x, int y) => pixels.AsSpan(((y * width) + x) * 3, 3).ToArray();

    private static int At(byte[] pixels, int width, int x, int y) => pixels[(y * width) + x];
}
