using NetVips;

namespace DpSynth.Imaging.Tests;

/// <summary>An image made in a test and encoded by libvips, so that every sample is a real file of its format.</summary>
internal sealed class SampleImage
{
    private readonly List<(string Name, int Value)> _fields = [];

    private SampleImage(int width, int height, int bands, byte[] pixels)
    {
        (Width, Height, Bands, Pixels) = (width, height, bands, pixels);
    }

    internal int Width { get; }

    internal int Height { get; }

    internal int Bands { get; }

    internal byte[] Pixels { get; }

    private Enums.BandFormat Format { get; init; } = Enums.BandFormat.Uchar;

    private Enums.Interpretation Interpretation { get; init; }

    internal static SampleImage Of(int width, int height, Func<int, int, byte[]> pixel, Enums.Interpretation? interpretation = null)
    {
        var bands = pixel(0, 0).Length;
        var pixels = new byte[width * height * bands];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                pixel(x, y).CopyTo(pixels, ((y * width) + x) * bands);
            }
        }

        return new SampleImage(width, height, bands, pixels) { Interpretation = interpretation ?? InterpretationOf(bands) };
    }

    internal static SampleImage Of16Bits(int width, int height, Enums.Interpretation interpretation, Func<int, int, ushort[]> pixel)
    {
        var bands = pixel(0, 0).Length;
        var bytes = Of(width, height, (x, y) => [.. pixel(x, y).SelectMany(BitConverter.GetBytes)]);
        return new SampleImage(width, height, bands, bytes.Pixels) { Format = Enums.BandFormat.Ushort, Interpretation = interpretation };
    }

    internal SampleImage With(string field, int value)
    {
        _fields.Add((field, value));
        return this;
    }

    internal byte[] Png(Enums.ForeignPngFilter filter = Enums.ForeignPngFilter.None, bool interlace = false, bool palette = false) =>
        Save(image => image.PngsaveBuffer(filter: filter, interlace: interlace, palette: palette));

    /// <summary>The same colours in Display P3, with that profile inside the file.</summary>
    internal byte[] PngInDisplayP3() => Save(image =>
    {
        using var transformed = image.IccTransform("p3", inputProfile: "srgb");
        return transformed.PngsaveBuffer();
    });

    internal byte[] Jpeg() => Save(image => image.JpegsaveBuffer(q: 100));

    internal byte[] WebP() => Save(image => image.WebpsaveBuffer(lossless: true));

    internal byte[] Tiff() => Save(image => image.TiffsaveBuffer());

    internal byte[] Gif() => Save(image => image.GifsaveBuffer());

    internal byte[] As(string format) => format switch
    {
        "png" => Png(),
        "jpeg" => Jpeg(),
        "webp" => WebP(),
        "tiff" => Tiff(),
        "gif" => Gif(),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    private byte[] Save(Func<Image, byte[]> save)
    {
        LibVips.EnsureStarted();
        using var memory = Image.NewFromMemoryCopy<byte>(Pixels, Width, Height, Bands, Format);
        using var copy = memory.Copy(interpretation: Interpretation);
        using var image = copy.Mutate(fields => _fields.ForEach(field => fields.Set(GValue.GIntType, field.Name, field.Value)));
        return save(image);
    }

    private static Enums.Interpretation InterpretationOf(int bands) => bands >= 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw;
}
