using DpSynth.Imaging;
using DpSynth.Imaging.Png;

namespace DpSynth.Cli.Tests.Datasets;

public sealed class DatasetCommandsTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    private static byte[] Png { get; } = PngEncoder.Encode(new byte[16], new ImageShape(4, 4, 1));

    [Fact]
    public async Task Uploaded_folder_is_listed_and_shown_and_not_replaced_unasked()
    {
        string[] files = ["birds/owl/a.png", "birds/owl/deep/b.png", "birds/wren/c.png", "birds/wren/notes.txt"];
        foreach (var file in files)
        {
            _commands.Write(file, Png);
        }

        var folder = Path.Combine(_commands.Folder.FullName, "birds");
        var undecided = await _commands.RunAsync("datasets", "upload", folder, "--name", "birds");
        Assert.Equal(ExitCode.Usage, undecided.ExitCode);
        Assert.Contains("say what may be published of it", undecided.Errors, StringComparison.Ordinal);
        Assert.Contains("There are no datasets yet", (await _commands.RunAsync("datasets", "list")).Output, StringComparison.Ordinal);

        var uploaded = await _commands.RunAsync("datasets", "upload", folder, "--name", "birds", "--epsilon-cap", "4", "--delta", "1e-6", "--json");
        Assert.Equal(ExitCode.Success, uploaded.ExitCode);
        Assert.Contains("at most ε = 4 at δ = 1e-6", uploaded.Json.GetProperty("policy").GetString(), StringComparison.Ordinal);
        Assert.Equal((3, 2), (uploaded.Json.GetProperty("images").GetInt32(), uploaded.Json.GetProperty("classes").GetInt32()));

        var again = await _commands.RunAsync("datasets", "upload", folder, "--name", "birds");
        Assert.Equal(ExitCode.Usage, again.ExitCode);
        Assert.Contains("--replace", again.Errors, StringComparison.Ordinal);

        var replaced = await _commands.RunAsync("datasets", "upload", folder, "--name", "birds", "--replace", "--loose");
        Assert.Equal(ExitCode.Success, replaced.ExitCode);

        var listed = await _commands.RunAsync("datasets", "list");
        Assert.Equal("birds", listed.Output.Trim());

        var shown = await _commands.RunAsync("datasets", "show", "birds", "--json");
        Assert.True(shown.Json.GetProperty("private").GetBoolean());
        Assert.False(shown.Json.GetProperty("unfinished").GetBoolean());
        Assert.Equal(
            [("owl", 0, 2), ("wren", 0, 1)],
            shown.Json.GetProperty("classes").EnumerateArray().Select(item =>
                (item.GetProperty("class").GetString()!, item.GetProperty("archives").GetInt32(), item.GetProperty("images").GetInt32())));

        var missing = await _commands.RunAsync("datasets", "show", "fish");
        Assert.Equal(ExitCode.NotFound, missing.ExitCode);
    }

    [Fact]
    public async Task Policy_is_shown_changed_in_parts_and_raised_only_with_confirmation()
    {
        _commands.Write("birds/owl/a.png", Png);
        var folder = Path.Combine(_commands.Folder.FullName, "birds");
        await _commands.RunAsync("datasets", "upload", folder, "--name", "birds", "--epsilon-cap", "4", "--delta", "1e-6");

        var changed = await _commands.RunAsync(
            "datasets", "policy", "set", "birds", "--largest-epsilon", "1", "--owners", "csv:people.csv", "--reason", "families", "--json");
        Assert.Equal(("owner", 1d, 4d), (
            changed.Json.GetProperty("unit").GetString(),
            changed.Json.GetProperty("policy").GetProperty("largestRun").GetProperty("epsilon").GetDouble(),
            changed.Json.GetProperty("cap").GetProperty("epsilon").GetDouble()));

        var raised = await _commands.RunAsync("datasets", "policy", "set", "birds", "--epsilon-cap", "5", "--reason", "more");
        Assert.Equal(ExitCode.Usage, raised.ExitCode);
        Assert.Contains("--confirm", raised.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await _commands.RunAsync("budget", "set", "birds", "--epsilon", "5", "--reason", "more")).ExitCode);
        Assert.Equal(ExitCode.Success, (await _commands.RunAsync("budget", "set", "birds", "--epsilon", "5", "--reason", "more", "--confirm")).ExitCode);

        var shown = await _commands.RunAsync("datasets", "policy", "show", "birds");
        Assert.Contains("each owner with all images of theirs", shown.Output, StringComparison.Ordinal);
        Assert.Contains("families", shown.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("datasets", "policy", "show", "fish")).ExitCode);
        Assert.Equal(
            ExitCode.Usage, (await _commands.RunAsync("datasets", "policy", "set", "birds", "--owners", "pattern:[a-z]+", "--reason", "no group")).ExitCode);
    }

    [Fact]
    public async Task Upload_of_some_classes_leaves_the_others()
    {
        foreach (var file in new[] { "birds/owl/a.png", "birds/robin/b.png", "birds/wren/c.png" })
        {
            _commands.Write(file, Png);
        }

        var folder = Path.Combine(_commands.Folder.FullName, "birds");
        var uploaded = await _commands.RunAsync(
            "datasets", "upload", folder, "--name", "birds", "--class", "wren", "--class", "owl", "--epsilon-cap", "4", "--delta", "1e-6", "--json");
        Assert.Equal((2, 2), (uploaded.Json.GetProperty("images").GetInt32(), uploaded.Json.GetProperty("classes").GetInt32()));

        var missing = await _commands.RunAsync("datasets", "upload", folder, "--name", "more", "--class", "eagle");
        Assert.Equal(ExitCode.NotFound, missing.ExitCode);
        Assert.Contains("it has owl, robin, wren", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Class_folder_without_images_is_refused_before_anything_is_uploaded()
    {
        _commands.Write("birds/owl/a.png", Png);
        Directory.CreateDirectory(Path.Combine(_commands.Folder.FullName, "birds", "wren"));

        await AssertRefusedAsync("birds", "'wren'");
    }

    [Fact]
    public async Task Folder_without_images_is_refused()
    {
        _commands.Write("notes/readme.txt", [1]);

        await AssertRefusedAsync("notes", "no images");
    }

    [Fact]
    public async Task Images_beside_class_folders_are_refused()
    {
        _commands.Write("mixed/a.png", Png);
        _commands.Write("mixed/owl/b.png", Png);

        await AssertRefusedAsync("mixed", "'a.png'");
    }

    [Fact]
    public async Task Empty_file_is_refused_by_name()
    {
        _commands.Write("birds/owl/a.png", Png);
        _commands.Write("birds/owl/b.png", []);

        await AssertRefusedAsync("birds", "b.png");
    }

    [Fact]
    public async Task File_beyond_the_limit_is_refused_without_reading_it()
    {
        var path = _commands.Write("birds/owl/huge.png", Png);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength((64L << 20) + 1);
        }

        await AssertRefusedAsync("birds", "huge.png");
    }

    [Fact]
    public async Task File_that_is_no_idx_file_is_refused()
    {
        _commands.Write("train-images-idx3-ubyte", Png);

        await AssertRefusedAsync("train-images-idx3-ubyte", "IDX");
    }

    [Fact]
    public async Task Path_without_anything_is_not_found()
    {
        var result = await _commands.RunAsync("datasets", "upload", Path.Combine(_commands.Folder.FullName, "nowhere"), "--name", "x");

        Assert.Equal(ExitCode.NotFound, result.ExitCode);
    }

    public void Dispose() => _commands.Dispose();

    private async Task AssertRefusedAsync(string path, string expected)
    {
        var result = await _commands.RunAsync("datasets", "upload", Path.Combine(_commands.Folder.FullName, path), "--name", "set");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_commands.Surroundings.DataFolder));
    }
}
