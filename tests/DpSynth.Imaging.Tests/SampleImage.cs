using DpSynth.Imaging.Interop;

namespace DpSynth.Imaging.Tests;

/// <summary>An image made in a test and encoded by libvips, so that every sample is a real file of its format.</summary>
internal sealed class SampleImage
{
    private const int Multiband = 0;

    private readonly List<(string Name, int Value)> _fields = [];

    private SampleImage(int width, int height, int bands, byte[] pixels)
    {
        (Width, Height, Bands, Pixels) = (width, height, bands, pixels);
    }

    internal int Width { get; }

    internal int Height { get; }

    internal int Bands { get; }

    internal byte[] Pixels { get; }

    /// <summary>libvips' band format: 0 is one byte, 2 two bytes a sample.</summary>
    private int Format { get; init; }

    private int Interpretation { get; init; } = Multiband;

    internal static SampleImage Of(int width, int height, Func<int, int, byte[]> pixel, int interpretation = Multiband)
    {
        var bands = pixel(0, 0).Length;
        var pixels = new byte[width * height * bands];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                pixel(x, y).CopyTo(pixels, ((y * width) + x) * bands);
        }

        return new SampleImage(width, height, bands, pixels) { Interpretation = interpretation == Multiband ? InterpretationOf(bands) : interpretation };
    }

    internal static SampleImage Of16Bits(int width, int height, int interpretation, Func<int, int, ushort[]> pixel)
    {
        var bands = pixel(0, 0).Length;
        var bytes = Of(width, height, (x, y) => [.. pixel(x, y).SelectMany(BitConverter.GetBytes)]);
        return new SampleImage(width, height, bands, bytes.Pixels) { Format = 2, Interpretation = interpretation };
    }

    internal SampleImage With(string field, int value)
    {
        _fields.Add((field, value));
        return this;
    }

    internal byte[] Png(int filter = 8, bool interlace = false, bool palette = false) =>
        Save("pngsave_buffer", save => save.With("filter", filter).With("interlace", interlace).With("palette", palette));

    /// <summary>The same colours in Display P3, with that profile inside the file.</summary>
    internal byte[] PngInDisplayP3() => Save("pngsave_buffer", save => save, profile: "p3");

    internal byte[] Jpeg() => Save("jpegsave_buffer", save => save.With("Q", 100));

    internal byte[] WebP() => Save("webpsave_buffer", save => save.With("lossless", true));

    internal byte[] Tiff() => Save("tiffsave_buffer", save => save);

    internal byte[] Gif() => Save("gifsave_buffer", save => save);

    internal byte[] As(string format) => format switch
    {
        "png" => Png(),
        "jpeg" => Jpeg(),
        "webp" => WebP(),
        "tiff" => Tiff(),
        "gif" => Gif(),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    private unsafe byte[] Save(string operation, Func<VipsOperation, VipsOperation> configure, string profile = "")
    {
        LibVips.EnsureStarted();
        fixed (byte* data = Pixels)
        {
            using var memory = NativeMethods.vips_image_new_from_memory_copy(
                data, (nuint)Pixels.Length, Width, Height, Bands, (VipsBandFormat)Format);
            using var copy = new VipsOperation("copy").With("in", memory).With("interpretation", Interpretation);
            using var image = copy.Image();
            foreach (var (name, value) in _fields)
                NativeMethods.vips_image_set_int(image, name, value);

            using var transform = new VipsOperation("icc_transform").With("in", image).With("input-profile", "srgb").With("output-profile", profile);
            using var transformed = profile.Length == 0 ? null : transform.Image();
            using var save = configure(new VipsOperation(operation).With("in", transformed ?? image));
            return save.Buffer();
        }
    }

    private static int InterpretationOf(int bands) => (int)(bands >= 3 ? VipsInterpretation.Srgb : VipsInterpretation.BlackAndWhite);
}
