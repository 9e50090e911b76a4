using DpSynth.Cli.Tests.Models;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Cli.Tests.Generation;

public sealed class GenerateCommandTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Generate_makes_images_that_depend_on_their_seed_and_not_on_their_batch()
    {
        var three = await GenerateAsync("three", "--prompt", "a red apple", "--count", "3", "--seed", "7", "--steps", "3", "--json");
        var one = await GenerateAsync("one", "--prompt", "a red apple", "--seed", "8", "--steps", "3");

        Assert.Equal((ExitCode.Success, ExitCode.Success), (three.ExitCode, one.ExitCode));
        Assert.Equal(
            ["7.png", "8.png", "9.png"],
            three.Json.GetProperty("images").EnumerateArray().Select(image => Path.GetFileName(image.GetProperty("file").GetString())));
        Assert.Equal("cpu", three.Json.GetProperty("provider").GetString());
        Assert.Equal(Pixels("one", "8.png"), Pixels("three", "8.png"));
        Assert.NotEqual(Pixels("three", "7.png"), Pixels("three", "8.png"));
    }

    [Fact]
    public async Task Generate_from_an_image_stays_near_it_at_a_small_strength()
    {
        await GenerateAsync("first", "--prompt", "a red apple", "--seed", "1");
        var start = Path.Combine(_commands.Folder.FullName, "first", "1.png");
        var near = await GenerateAsync("near", "--prompt", "a cat", "--seed", "2", "--init-image", start, "--strength", "0.1");
        await GenerateAsync("far", "--prompt", "a cat", "--seed", "2", "--init-image", start, "--strength", "1");

        Assert.Equal(ExitCode.Success, near.ExitCode);
        Assert.True(Difference("near") < 0.5 * Difference("far"), $"{Difference("near")} {Difference("far")}");

        double Difference(string folder) => Pixels(folder, "2.png").Zip(Pixels("first", "1.png"), static (a, b) => Math.Abs(a - b)).Average();
    }

    [Fact]
    public async Task Prompt_longer_than_the_context_is_cut_with_a_warning()
    {
        var result = await GenerateAsync("long", "--prompt", string.Join(' ', Enumerable.Repeat("apple", 80)), "--steps", "1", "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Contains(
            "32 tokens: its end was left out", Assert.Single(result.Json.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains("its end was left out", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scheduler heun", "ddim, euler")]
    [InlineData("--steps 0", "Steps must lie between 1 and 1000")]
    [InlineData("--guidance -1", "guidance scale")]
    [InlineData("--width 33 --height 32", "multiples of 8")]
    [InlineData("--width 64 --height 64", "32×32×3 only")]
    [InlineData("--count 0", "--count")]
    [InlineData("--strength 0.5", "--init-image")]
    [InlineData("--provider rocm", "cpu, cuda, tensorrt")]
    [InlineData("--device -1", "--device")]
    [InlineData("--count 2 --seed 18446744073709551615", "2⁶⁴")]
    public async Task Generate_refuses_what_no_model_does_in_one_sentence(string options, string named)
    {
        var result = await GenerateAsync("none", ["--prompt", "x", .. options.Split(' ')]);

        Assert.Equal((ExitCode.Usage, ""), (result.ExitCode, result.Output));
        Assert.Contains(named, Assert.Single(result.Errors.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_commands.Folder.FullName, "none")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.01")]
    [InlineData("NaN")]
    public async Task Strength_outside_its_range_is_refused(string strength)
    {
        var image = _commands.Write("start.png", File.ReadAllBytes(Path.Combine(TinyFamily.Folder(_commands), "reference", "embed_0.png")));
        var result = await GenerateAsync("none", "--prompt", "x", "--init-image", image, "--strength", strength);

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("inside (0, 1]", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_are_not_written_over_unless_that_is_asked_for()
    {
        _commands.Write("there/5.png", [1]);

        var refused = await GenerateAsync("there", "--prompt", "x", "--seed", "4", "--count", "2", "--steps", "1");
        var replaced = await GenerateAsync("there", "--prompt", "x", "--seed", "4", "--count", "2", "--steps", "1", "--replace");
        var onFile = await GenerateAsync("there/5.png", "--prompt", "x");

        Assert.Equal((ExitCode.Usage, ExitCode.Success, ExitCode.Usage), (refused.ExitCode, replaced.ExitCode, onFile.ExitCode));
        Assert.Equal(32 * 32 * 3, Pixels("there", "5.png").Length);
    }

    [Theory]
    [InlineData("text_encoder/model.onnx", "text_encoder/model.onnx is no ONNX model")]
    [InlineData("scheduler/scheduler_config.json", "not valid JSON")]
    public async Task File_that_is_cut_short_is_named(string file, string named)
    {
        var folder = TinyFamily.Copy(_commands);
        TinyFamily.Change(folder, file, bytes => bytes[..(bytes.Length / 2)]);
        var result = await _commands.RunAsync("generate", "--model", folder, "--prompt", "x", "--out", Path.Combine(_commands.Folder.FullName, "none"));

        Assert.Equal((ExitCode.Usage, ""), (result.ExitCode, result.Output));
        Assert.Contains(named, Assert.Single(result.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_or_image_that_is_not_there_is_not_found()
    {
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("generate", "--model", "no-such-model", "--prompt", "x")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await GenerateAsync("none", "--prompt", "x", "--init-image", "no.png", "--strength", "0.5")).ExitCode);
    }

    [Fact]
    public async Task Missing_provider_is_a_failure_unless_the_processor_may_step_in()
    {
        var failed = await GenerateAsync("none", "--prompt", "x", "--provider", "cuda", "--device", "999");
        var fallback = await GenerateAsync("cpu", "--prompt", "x", "--provider", "cuda", "--device", "999", "--allow-cpu", "--steps", "1", "--json");

        Assert.Equal((ExitCode.Failure, ExitCode.Success), (failed.ExitCode, fallback.ExitCode));
        Assert.Contains("Cuda is not available on device 999", failed.Errors, StringComparison.Ordinal);
        Assert.Equal("cpu", fallback.Json.GetProperty("provider").GetString());
        Assert.Contains("Cuda is not available", Assert.Single(fallback.Json.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => _commands.Dispose();

    private Task<CommandResult> GenerateAsync(string folder, params string[] options) => _commands.RunAsync(
        ["generate", "--model", "tiny-sd", "--out", Path.Combine(_commands.Folder.FullName, folder), .. options]);

    private byte[] Pixels(string folder, string name)
    {
        var shape = new ImageShape(32, 32, 3);
        var pixels = new byte[shape.ByteCount];
        new ImageDecoder(new DecodeLimits()).Decode(File.ReadAllBytes(Path.Combine(_commands.Folder.FullName, folder, name)), shape, ResizeMode.Fit, pixels);
        return pixels;
    }
}
