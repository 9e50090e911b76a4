using DpSynth.Imaging;
using DpSynth.Models.Embedding;
using DpSynth.Models.Folders;

namespace DpSynth.Models.Tests.Embedding;

public sealed class PreprocessorTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("""{ "do_normalize": false, "size": { "shortest_edge": 32 } }""", 40, 90, 32, 72)]
    [InlineData("""{ "do_normalize": false, "size": { "shortest_edge": 32 } }""", 91, 40, 72, 32)]
    [InlineData("""{ "do_normalize": false, "size": { "height": 20, "width": 30 } }""", 91, 40, 30, 20)]
    [InlineData("""{ "do_normalize": false, "size": 24 }""", 91, 40, 24, 24)]
    [InlineData("""{ "do_normalize": false, "size": 24, "image_processor_type": "CLIPImageProcessor" }""", 48, 96, 24, 48)]
    [InlineData("""{ "do_normalize": false, "do_resize": false }""", 48, 96, 48, 96)]
    public void Configuration_resizes_as_it_says(string json, int width, int height, int expectedWidth, int expectedHeight) =>
        Assert.Equal((expectedHeight, expectedWidth), Read(json).Resized(new ImageShape(width, height, 3)));

    [Theory]
    [InlineData("""{ "size": { "longest_edge": 32 }, "do_normalize": false }""", "'size' gives a longest edge")]
    [InlineData("""{ "size": 32, "do_normalize": false, "do_pad": true }""", "'do_pad' asks for a step that is not supported")]
    [InlineData("""{ "size": 32, "do_normalize": false, "resample": 9 }""", "'resample' is 9; known are 0 to 5")]
    [InlineData("""{ "size": 32, "image_mean": [0.5, 0.5], "image_std": [0.5, 0.5] }""", "'image_mean' and 'image_std' must be 1 or 3 numbers each")]
    [InlineData("""{ "size": 32, "image_mean": [0.5], "image_std": [0] }""", "'image_mean' and 'image_std' must be 1 or 3 numbers each")]
    [InlineData("""{ "size": 0, "do_normalize": false }""", "'size' must lie between 1 and 16384")]
    [InlineData("""{ "size": 32, "do_normalize": false, "do_center_crop": true }""", "'crop_size' must be a number or an object")]
    public void Configuration_refuses_what_it_cannot_do(string json, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<ModelFolderException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Apply_cuts_out_the_middle_and_normalises_each_channel()
    {
        var configuration = Read("""
            { "do_resize": false, "do_center_crop": true, "crop_size": { "height": 2, "width": 2 }, "rescale_factor": 0.01,
              "image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 1, 2] }
            """);
        var image = Enumerable.Range(0, 4 * 5 * 3).Select(i => (byte)i).ToArray();
        var expected = new float[12];
        double[] mean = [0.1, 0.2, 0.3], deviation = [0.5, 1, 2];
        for (var i = 0; i < 12; i++)
        {
            // 4 wide, 5 high: the middle starts at column 1, row 1.
            var (channel, y, x) = (i / 4, (i / 2 % 2) + 1, (i % 2) + 1);
            expected[i] = (float)(((image[(((y * 4) + x) * 3) + channel] * 0.01) - mean[channel]) / deviation[channel]);
        }

        Assert.Equal(expected, Apply(configuration, image, new ImageShape(4, 5, 3), channelsLast: false));
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => expected[((i % 3) * 4) + (i / 3)]),
            Apply(configuration, image, new ImageShape(4, 5, 3), channelsLast: true));
    }

    [Fact]
    public void Apply_repeats_grey_and_puts_black_around_images_smaller_than_the_crop()
    {
        var configuration = Read("""{ "do_resize": false, "do_center_crop": true, "crop_size": 4, "do_rescale": false, "do_normalize": false }""");
        float[] channel = [0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 0, 0];
        Assert.Equal([.. channel, .. channel, .. channel], Apply(configuration, [7, 9], new ImageShape(1, 2, 1), channelsLast: false));
    }

    public void Dispose() => File.Delete(_file);

    private static float[] Apply(PreprocessorConfiguration configuration, byte[] image, ImageShape shape, bool channelsLast)
    {
        var preprocessor = new Preprocessor(configuration, shape, 3, channelsLast);
        var result = new float[preprocessor.Length];
        preprocessor.Apply(image, result, new byte[preprocessor.ScratchLength]);
        return result;
    }

    private PreprocessorConfiguration Read(string json)
    {
        File.WriteAllText(_file, json);
        return PreprocessorConfiguration.Read(_file);
    }
}
