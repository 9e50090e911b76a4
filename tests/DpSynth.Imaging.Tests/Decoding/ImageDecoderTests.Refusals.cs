using DpSynth.Imaging.Decoding;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Imaging.Tests.Decoding;

/// <summary>What the decoder refuses: damaged files, what is no image, and what is too large.</summary>
public sealed partial class ImageDecoderTests
{
    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("gif")]
    public void Decode_refuses_a_file_cut_short(string format)
    {
        var whole = Noise(64, 64).As(format);
        AssertRejected(ImageRejection.Damaged, whole[..(whole.Length / 2)], new ImageShape(64, 64, 3));
        AssertRejected(ImageRejection.Damaged, whole[..16], new ImageShape(64, 64, 3));
    }

    [Fact]
    public void Decode_refuses_a_PNG_with_a_flipped_bit()
    {
        var damaged = Noise(16, 16).Png();
        damaged[damaged.Length / 2] ^= 4;
        AssertRejected(ImageRejection.Damaged, damaged, new ImageShape(16, 16, 3));
    }

    [Fact]
    public void Decode_refuses_damaged_files_on_many_threads_without_telling_what_libvips_says()
    {
        var cut =
            new[] { "png", "jpeg", "webp", "tiff", "gif" }.Select(format => Noise(64, 64).As(format)).Select(whole => whole[..(whole.Length / 2)]).ToArray();
        Parallel.For(0, 500, i =>
        {
            var error = AssertRejected(ImageRejection.Damaged, cut[i % cut.Length], new ImageShape(64, 64, 3));
            Assert.EndsWith(" image is damaged or cut short.", error.Message, StringComparison.Ordinal);
            Assert.Null(error.InnerException);
        });
    }

    [Fact]
    public void Decode_refuses_what_is_no_image()
    {
        var random = new Random(1);
        var garbage = new byte[1000];
        random.NextBytes(garbage);
        AssertRejected(ImageRejection.UnknownFormat, garbage, new ImageShape(8, 8, 1));
        AssertRejected(ImageRejection.UnknownFormat, [], new ImageShape(8, 8, 1));
        AssertRejected(ImageRejection.UnknownFormat, "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), new ImageShape(8, 8, 1));
    }

    /// <summary>Valid files with up to 20 bytes behind their signature set to others.</summary>
    [Theory]
    [InlineData("png", 0, 100)]
    [InlineData("jpeg", 50, 45)]
    [InlineData("webp", 15, 80)]
    [InlineData("tiff", 15, 80)]
    [InlineData("gif", 50, 40)]
    public void Decode_reads_a_changed_file_or_refuses_it_as_what_it_is(string format, int leastDecoded, int leastDamaged)
    {
        var whole = Noise(12, 12).As(format);
        var shape = new ImageShape(12, 12, 3);
        var changes = Gen.Zip(Gen.Choose(12, whole.Length - 1), Gen.Choose(0, 255)).NonEmptyListOf().Where(static list => list.Count <= 20);
        int decoded = 0, damaged = 0;
        Prop.ForAll(changes.ToArbitrary(), drawn =>
        {
            var changed = whole.ToArray();
            foreach (var (place, value) in drawn)
            {
                changed[place] = (byte)value;
            }

            try
            {
                // What is decoded is decoded whole, and the same each time.
                Assert.Equal(Decode(changed, shape), Decode(changed, shape));
                decoded++;
            }
            catch (ImageRejectedException refusal)
            {
                Assert.NotEqual(ImageRejection.TooManyBytes, refusal.Reason);
                Assert.Equal(refusal.Reason, AssertRejected(refusal.Reason, changed, shape).Reason);
                Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
                Assert.Null(refusal.InnerException);
                damaged += refusal.Reason == ImageRejection.Damaged ? 1 : 0;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

        Assert.True(decoded >= leastDecoded && damaged >= leastDamaged, $"{decoded} were decoded and {damaged} refused as damaged.");
    }

    [Fact]
    public void Decode_refuses_50000_by_50000_from_the_header_alone()
    {
        byte[] header =
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
            0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50, 8, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        var error = AssertRejected(ImageRejection.TooManyPixels, header, new ImageShape(28, 28, 1));
        Assert.Equal("The image has 50000×50000 pixels, more than the 67108864 allowed.", error.Message);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("gif")]
    public void Decode_keeps_to_the_limit_of_pixels(string format)
    {
        var encoded = Noise(20, 20).As(format);
        var strict = new ImageDecoder(new DecodeLimits { MaxPixels = 399 });
        var error = Assert.Throws<ImageRejectedException>(() => strict.Decode(encoded, new ImageShape(20, 20, 3), ResizeMode.Fit, new byte[1200]));
        Assert.Equal(ImageRejection.TooManyPixels, error.Reason);
        new ImageDecoder(new DecodeLimits { MaxPixels = 400 }).Decode(encoded, new ImageShape(20, 20, 3), ResizeMode.Fit, new byte[1200]);
    }

    [Fact]
    public void Decode_keeps_to_the_limit_of_bytes()
    {
        var encoded = Noise(20, 20).Png();
        var strict = new ImageDecoder(new DecodeLimits { MaxEncodedBytes = encoded.Length - 1 });
        var error = Assert.Throws<ImageRejectedException>(() => strict.Decode(encoded, new ImageShape(20, 20, 3), ResizeMode.Fit, new byte[1200]));
        Assert.Equal(ImageRejection.TooManyBytes, error.Reason);
    }
}
