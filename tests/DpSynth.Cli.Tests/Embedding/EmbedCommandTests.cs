using DpSynth.Cli.Tests.Models;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Storage.Formats;

namespace DpSynth.Cli.Tests.Embedding;

public sealed class EmbedCommandTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Embed_gives_the_reference_embeddings_in_the_order_of_the_paths()
    {
        var reference = Path.Combine(TinyFamily.Folder(_commands), "reference");
        var expected = Read("", Path.Combine(reference, "embed_image_embeds.npy"));
        var images = Directory.GetFiles(reference, "embed_*.png").Order(StringComparer.Ordinal).ToArray();
        for (var i = 0; i < images.Length; i++)
        {
            _commands.Write($"images/{(i % 2 == 0 ? "a" : "b")}/{i}.png", File.ReadAllBytes(images[i]));
        }

        _commands.Write("images/.hidden/0.png", [1]);
        _commands.Write("images/notes.txt", [1]);
        var result = await EmbedAsync("images", "--model", "tiny-sd", "--names", Path.Combine(_commands.Folder.FullName, "names.txt"), "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        var names = await File.ReadAllLinesAsync(Path.Combine(_commands.Folder.FullName, "names.txt"));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(images.Length, names.Length);
        var actual = Read("out.npy");
        var dimension = actual.Shape[1];
        for (var row = 0; row < names.Length; row++)
        {
            var image = names[row][2] - '0';
            for (var i = 0; i < dimension; i++)
            {
                Assert.Equal(expected.Values[(image * dimension) + i], actual.Values[(row * dimension) + i], 1e-3);
            }
        }
    }

    [Fact]
    public async Task Model_folder_may_have_any_name()
    {
        var folder = Path.Combine(_commands.Folder.FullName, "my own model (2)");
        Directory.Move(TinyFamily.Copy(_commands), folder);
        WriteGrey("one/1.png", 32, 32, 7);

        var result = await EmbedAsync("one", "--model", folder);

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Equal([1, 128], Read("out.npy").Shape);
    }

    [Fact]
    public async Task Embed_streams_through_more_images_than_a_block_holds_whatever_the_embedder()
    {
        for (var i = 0; i < 530; i++)
        {
            WriteGrey($"many/{i:000}.png", 2, 2, (byte)(i % 256));
        }

        var result = await EmbedAsync("many", "--embedder", "pixels", "--size", "2x2x1", "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        var embeddings = Read("out.npy");
        Assert.Equal([530, 4], embeddings.Shape);
        for (var i = 1; i < 530; i++)
        {
            var expected = (i % 256) - ((i - 1) % 256);
            Assert.Equal(Math.Sign(expected), Math.Sign(embeddings.Values[4 * i] - embeddings.Values[4 * (i - 1)]));
        }
    }

    [Fact]
    public async Task Images_are_brought_to_the_first_ones_size_or_to_the_one_asked_for()
    {
        WriteGrey("mixed/1.png", 6, 4, 100);
        WriteGrey("mixed/2.png", 12, 8, 100);

        var first = await EmbedAsync("mixed", "--embedder", "projected-pixels", "--dimension", "5", "--json");
        Assert.Equal(("6×4×3", 5), (first.Json.GetProperty("size").GetString(), first.Json.GetProperty("dimension").GetInt32()));
        var embeddings = Read("out.npy");
        Assert.Equal(embeddings.Values[..5], embeddings.Values[5..]);

        var asked = await EmbedAsync("mixed", "--embedder", "pixels", "--size", "3x2x1", "--json");
        Assert.Equal(6, asked.Json.GetProperty("dimension").GetInt32());
    }

    [Fact]
    public async Task Image_that_cannot_be_read_is_named_and_leaves_no_file()
    {
        WriteGrey("broken/1.png", 4, 4, 1);
        var broken = _commands.Write("broken/2.png", [0x89, 0x50, 0x4E, 0x47]);
        var result = await EmbedAsync("broken", "--embedder", "pixels");

        Assert.Equal((ExitCode.Usage, ""), (result.ExitCode, result.Output));
        Assert.Contains($"'{broken}' cannot be read", result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_commands.Folder.FullName));
    }

    [Theory]
    [InlineData("--embedder nonsense", ExitCode.Usage, "pixels")]
    [InlineData("--embedder pixels --model tiny-sd", ExitCode.Usage, "takes no --model")]
    [InlineData("--embedder onnx-image", ExitCode.Usage, "needs --model")]
    [InlineData("--embedder pixels --size 0x4", ExitCode.Usage, "--size")]
    [InlineData("--embedder pixels --size 4x4x2", ExitCode.Usage, "--size")]
    [InlineData("--embedder pixels --resize crop", ExitCode.Usage, "--resize")]
    [InlineData("--embedder projected-pixels --dimension 0", ExitCode.Usage, "--dimension")]
    [InlineData("--embedder projected-pixels --dimension 4096 --size 4096x4096", ExitCode.Usage, "too large")]
    [InlineData("--model tiny-sd --output pooler", ExitCode.Usage, "image_embeds")]
    [InlineData("--model no-such-model", ExitCode.NotFound, "no-such-model")]
    public async Task Embed_refuses_what_cannot_be_done_in_one_sentence(string options, int exitCode, string named)
    {
        WriteGrey("some/1.png", 4, 4, 1);
        var result = await EmbedAsync("some", options.Split(' '));

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(named, Assert.Single(result.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_without_images_is_not_found()
    {
        Assert.Equal(ExitCode.NotFound, (await EmbedAsync("nowhere", "--embedder", "pixels")).ExitCode);
        _commands.Write("empty/notes.txt", [1]);
        Assert.Equal(ExitCode.NotFound, (await EmbedAsync("empty", "--embedder", "pixels")).ExitCode);
    }

    public void Dispose() => _commands.Dispose();

    private Task<CommandResult> EmbedAsync(string folder, params string[] options) => _commands.RunAsync(
        ["embed", "--images", Path.Combine(_commands.Folder.FullName, folder), "--out", Path.Combine(_commands.Folder.FullName, "out.npy"), .. options]);

    private void WriteGrey(string name, int width, int height, byte value)
    {
        var shape = new ImageShape(width, height, 1);
        _commands.Write(name, PngEncoder.Encode(Enumerable.Repeat(value, shape.ByteCount).ToArray(), shape));
    }

    private NpyArray<float> Read(string name, string? path = null) =>
        new(Shape(File.ReadAllBytes(path ?? Path.Combine(_commands.Folder.FullName, name)), out var values), values);

    private static IReadOnlyList<int> Shape(byte[] file, out float[] values)
    {
        values = NpyFile.Decode<float>(file, out var shape).ToArray();
        return shape;
    }
}
