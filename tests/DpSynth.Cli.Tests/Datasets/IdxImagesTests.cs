using DpSynth.Cli.Datasets.Sources;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Cli.Tests.Datasets;

public sealed class IdxImagesTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Images_become_pngs_of_their_label_s_class_with_the_same_pixels()
    {
        byte[] pixels = [.. Enumerable.Range(0, 3 * 4).Select(value => (byte)(value * 20))];
        var images = _commands.Write("t-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, .. pixels]);
        _commands.Write("t-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 3, 7, 1, 7]);

        var classes = DatasetSource.Open(images, labels: null);

        Assert.Equal(
            [("1", "000001.png"), ("7", "000000.png"), ("7", "000002.png")],
            classes.SelectMany(source => source.Images.Select(image => (source.Name, image.Name))));
        var decoded = new byte[4];
        var png = await classes[1].Images[1].ReadAsync(CancellationToken.None);
        new ImageDecoder(new DecodeLimits()).Decode(png, new ImageShape(2, 2, 1), ResizeMode.Fit, decoded);
        Assert.Equal(pixels[8..], decoded);
    }

    [Fact]
    public void Labels_of_another_number_are_refused()
    {
        var images = _commands.Write("t-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]);
        _commands.Write("t-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 7, 1]);

        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => DatasetSource.Open(images, labels: null)).ExitCode);
    }

    [Fact]
    public void Missing_labels_are_not_found()
    {
        var images = _commands.Write("t-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]);

        var fault = Assert.Throws<CommandException>(() => DatasetSource.Open(images, labels: null));
        Assert.Equal(ExitCode.NotFound, fault.ExitCode);
        Assert.Contains("--labels", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _commands.Dispose();
}
