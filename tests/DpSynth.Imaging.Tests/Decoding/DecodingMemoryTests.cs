using DpSynth.Imaging.Decoding;

namespace DpSynth.Imaging.Tests.Decoding;

/// <summary>What decoding takes, measured in a process of its own.</summary>
public sealed class DecodingMemoryTests : IDisposable
{
    /// <summary>MB that a process takes while it works, and its allocator does not give back.</summary>
    private const int ByTheWay = 24;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dpsynth-decoding-");
    private int _files;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("png", 6_000_000, 10)]
    [InlineData("png", 10, 6_000_000)]
    [InlineData("tiff", 6_000_000, 10)]
    [InlineData("tiff of 30 bands", 2000, 2000)]
    public async Task Decode_refuses_by_its_header_what_would_take_more_than_a_square_one(string kind, int width, int height)
    {
        var (before, peak, refused) = await MeasuredProgram.RunAsync(Put(HeavyImages.Encode(kind, width, height)));
        Assert.Contains(Assert.Single(refused), (string[])[nameof(ImageRejection.TooLong), nameof(ImageRejection.TooManyChannels)]);
        Assert.True(peak - before < 32, $"{peak - before} MB");
    }

    /// <summary>How much the estimates allow: those by which images wait for each other, plus what the process takes by the way.</summary>
    [Theory]
    [InlineData("png", 7700, 7700, 68)]
    [InlineData("png", 16_384, 4096, 134)]
    [InlineData("png16", 16_384, 4096, 344)]
    [InlineData("interlaced png", 7700, 7700, 245)]
    [InlineData("jpeg", 7700, 7700, 71)]
    [InlineData("progressive jpeg", 7700, 7700, 425)]
    [InlineData("turned jpeg", 7700, 7700, 249)]
    [InlineData("webp", 6900, 6900, 460)]
    [InlineData("lossless webp", 6900, 6900, 460)]
    [InlineData("gif", 6900, 6900, 460)]
    [InlineData("tiff", 7700, 7700, 423)]
    [InlineData("tiff of one strip", 4000, 4000, 135)]
    public async Task Decode_takes_no_more_than_estimated_of_the_largest_images(string kind, int width, int height, int estimated)
    {
        var (before, peak, refused) = await MeasuredProgram.RunAsync(Put(HeavyImages.Encode(kind, width, height)));
        Assert.Empty(refused);
        Assert.True(peak - before <= estimated + ByTheWay, $"{peak - before} MB of {estimated}");
    }

    [Fact]
    public async Task Decode_passes_over_texts_and_counts_frames_that_would_fill_the_memory()
    {
        var (before, peak, refused) = await MeasuredProgram.RunAsync(Put(HeavyImages.PngOfTexts(400)));
        Assert.Empty(refused);
        Assert.True(peak - before < 100, $"{peak - before} MB");

        var encoded = HeavyImages.GifOfFrames(60_000_000);
        var (gifBefore, gifPeak, _) = await MeasuredProgram.RunAsync(Put(encoded));
        Assert.True(gifPeak - gifBefore < 8 * encoded.Length / 1_000_000, $"{gifPeak - gifBefore} MB");
    }

    /// <summary>Sixteen threads, and the worst of all kinds at once.</summary>
    [Fact]
    public async Task Process_stays_below_1_GiB_whatever_it_decodes_at_the_same_time()
    {
        string[] worst =
        [
            Put(HeavyImages.Encode("png", 6_000_000, 10)),
            Put(HeavyImages.Encode("webp", 6900, 6900)),
            Put(HeavyImages.Encode("progressive jpeg", 7700, 7700)),
            Put(HeavyImages.Encode("interlaced png", 7700, 7700)),
            Put(HeavyImages.Encode("turned progressive jpeg", 5000, 5000)),
            Put(HeavyImages.Encode("png16", 16_384, 4096)),
            Put(HeavyImages.PngOfTexts(400)),
            Put(HeavyImages.Encode("gif", 6900, 6900)),
        ];
        var (_, peak, refused) = await MeasuredProgram.RunAsync([.. worst, .. worst]);
        Assert.Equal([nameof(ImageRejection.TooLong), nameof(ImageRejection.TooLong)], refused);
        Assert.True(peak < (1 << 30) / 1_000_000, $"{peak} MB");
    }

    private string Put(byte[] file)
    {
        var path = Path.Combine(_folder.FullName, $"{_files++}");
        File.WriteAllBytes(path, file);
        return path;
    }
}
