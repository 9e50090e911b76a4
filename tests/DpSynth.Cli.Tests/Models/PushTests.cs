namespace DpSynth.Cli.Tests.Models;

public sealed class PushTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    private string Model => Path.Combine(_commands.Folder.FullName, "sd-1.5");

    public void Dispose() => _commands.Dispose();

    [Fact]
    public async Task Model_is_pushed_once_and_replaced_only_when_asked()
    {
        _commands.Write("sd-1.5/unet/model.onnx", [1, 2, 3]);
        var pushed = await _commands.RunAsync("models", "push", Model, "--json");
        Assert.Equal(ExitCode.Success, pushed.ExitCode);
        Assert.Equal(
            ("sd-1.5", 1, 3),
            (pushed.Json.GetProperty("model").GetString(), pushed.Json.GetProperty("files").GetInt32(), pushed.Json.GetProperty("bytes").GetInt64()));

        var same = await _commands.RunAsync("models", "push", Model, "--json");
        Assert.Equal(pushed.Output, same.Output);
        Assert.DoesNotContain("Uploading", same.Errors, StringComparison.Ordinal);

        _commands.Write("sd-1.5/unet/model.onnx", [1, 2, 3, 4]);
        var refused = await _commands.RunAsync("models", "push", Model);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("--replace", refused.Errors, StringComparison.Ordinal);

        var replaced = await _commands.RunAsync("models", "push", Model, "--replace", "--json");
        Assert.Equal(ExitCode.Success, replaced.ExitCode);
        Assert.NotEqual(pushed.Json.GetProperty("hash").GetString(), replaced.Json.GetProperty("hash").GetString());
    }

    [Theory]
    [InlineData("..", ExitCode.Usage, "cannot be a model's name")]
    [InlineData("empty", ExitCode.Usage, "names no files")]
    public async Task Folder_that_is_no_model_is_refused_before_anything_is_stored(string name, int exitCode, string reason)
    {
        Directory.CreateDirectory(Model);
        var refused = await _commands.RunAsync("models", "push", Model, "--name", name);
        Assert.Equal(exitCode, refused.ExitCode);
        Assert.Contains(reason, refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_commands.Surroundings.DataFolder));
    }

    [Fact]
    public async Task Missing_folder_is_not_found() =>
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("models", "push", Model)).ExitCode);
}
