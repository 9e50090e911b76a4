using NetVips;

namespace DpSynth.Imaging.Tests;

public sealed class LibVipsTests
{
    public LibVipsTests() => LibVips.EnsureStarted();

    [Fact]
    public void The_library_is_the_one_that_lies_beside_the_program()
    {
        var loaded = File.ReadLines("/proc/self/maps").Where(line => line.Contains("libvips", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/')..]).Distinct();
        Assert.StartsWith(AppContext.BaseDirectory, Assert.Single(loaded), StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_use_one_thread_and_are_not_remembered() => Assert.Equal((1, 0), (NetVips.NetVips.Concurrency, Cache.Max));

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("gif")]
    public void Files_are_not_read_even_of_the_formats_read_from_memory(string format)
    {
        var path = Path.GetTempFileName();
        try
        {
            var image = SampleImage.Of(4, 4, (_, _) => [1, 2, 3]).As(format);
            Image.NewFromBuffer(image).Dispose();
            File.WriteAllBytes(path, image);
            Assert.Throws<VipsException>(() => Image.NewFromFile(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>")]
    [InlineData("P2 1 1 255 7")]
    [InlineData("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd")]
    public void Other_formats_are_not_read(string encoded) => Assert.Throws<VipsException>(() => Image.NewFromBuffer(encoded));
}
