using DpSynth.Cli.Tests.Models;
using DpSynth.Storage.Formats;

namespace DpSynth.Cli.Tests.Scores;

public sealed class ScoreCommandTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Frechet_is_that_of_the_gaussians_and_says_that_it_is_not_private()
    {
        // Means 1 and 5, variances 2 and 8: 4² + (√8 − √2)².
        var result = await ScoreAsync("frechet", Write("a.npy", [0f, 2f], 2, 1), Write("b.npy", [3f, 7f], 2, 1), "--json");

        Assert.Equal(18, result.Json.GetProperty("frechetDistance").GetDouble(), 1e-9);
        Assert.Contains("no ε covers it", result.Json.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Contains("no ε covers it", (await ScoreAsync("frechet", "a.npy", "b.npy")).Output, StringComparison.Ordinal);
        Assert.Contains("no ε covers it", (await _commands.RunAsync("score", "frechet", "--help")).Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Precision_and_recall_and_kernel_are_those_of_the_embeddings()
    {
        // The numbers of the measures' own tests; any floating-point type may hold them.
        Write("real.npy", [0.0, 1.0, 3.0], 3, 1);
        Write("generated.npy", [(Half)1.5, (Half)10, (Half)11], 3, 1);
        var scores = (await ScoreAsync("precision-recall", "real.npy", "generated.npy", "--k", "1", "--json")).Json;

        Assert.Equal(
            (1 / 3.0, 1.0, 2 / 3.0, 2 / 3.0, 1),
            (scores.GetProperty("precision").GetDouble(), scores.GetProperty("recall").GetDouble(), scores.GetProperty("density").GetDouble(),
                scores.GetProperty("coverage").GetDouble(), scores.GetProperty("k").GetInt32()));
        Assert.False(scores.TryGetProperty("frechetDistance", out _));

        Write("x.npy", [0f, 1f], 2, 1);
        Write("y.npy", [0f, 2f], 2, 1);
        Assert.Equal(-13, (await ScoreAsync("kernel", "x.npy", "y.npy", "--json")).Json.GetProperty("kernelDistance").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Folders_are_embedded_first_and_a_folder_has_no_distance_to_itself()
    {
        var images = Path.Combine(TinyFamily.Folder(_commands), "reference");
        var result = await _commands.RunAsync("score", "frechet", "--model", "tiny-sd", "--a", images, "--b", images, "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Equal(0, result.Json.GetProperty("frechetDistance").GetDouble(), 1e-6);
        Assert.True(result.Json.GetProperty("a").GetInt32() >= 7);
        Assert.Contains("no more images than values", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sets_that_cannot_be_compared_are_refused_in_one_sentence()
    {
        Write("one.npy", [1f, 2f], 2, 1);
        Write("two.npy", [1f, 2f], 1, 2);
        Write("nan.npy", [1f, float.NaN], 2, 1);
        Write("flat.npy", [1f, 2f], 2);
        Write("whole.npy", [1, 2], 2, 1);
        _commands.Write("text.npy", "hello"u8.ToArray());

        foreach (var (a, b, exitCode, named) in ((string, string, int, string)[])
        [
            ("one.npy", "two.npy", ExitCode.Usage, "1 and 2 values"),
            ("one.npy", "nan.npy", ExitCode.Usage, "not finite"),
            ("one.npy", "flat.npy", ExitCode.Usage, "shape (2)"),
            ("one.npy", "whole.npy", ExitCode.Usage, "Int32"),
            ("one.npy", "text.npy", ExitCode.Usage, "text.npy"),
            ("one.npy", "none.npy", ExitCode.NotFound, "none.npy"),
            ("one.npy", ".", ExitCode.NotFound, "no images"),
        ])
        {
            var result = await ScoreAsync("frechet", a, b);
            Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
            Assert.Contains(named, result.Errors.Trim().Split('\n')[^1], StringComparison.Ordinal);
        }

        var few = await ScoreAsync("precision-recall", "one.npy", "one.npy");
        Assert.Contains("at least 6 images", few.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _commands.Dispose();

    private Task<CommandResult> ScoreAsync(string measure, string a, string b, params string[] options) => _commands.RunAsync(
        ["score", measure, "--a", Path.Combine(_commands.Folder.FullName, a), "--b", Path.Combine(_commands.Folder.FullName, b), .. options]);

    private string Write<T>(string name, T[] values, params int[] shape)
        where T : unmanaged => _commands.Write(name, NpyFile.Encode<T>(values, shape));
}
