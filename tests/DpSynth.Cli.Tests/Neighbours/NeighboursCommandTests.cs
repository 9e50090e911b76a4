using DpSynth.Numerics;
using DpSynth.Storage.Formats;

namespace DpSynth.Cli.Tests.Neighbours;

public sealed class NeighboursCommandTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Theory]
    [InlineData("l2", new[] { 1, 0, 0, 1 })]
    [InlineData("cosine", new[] { 0, 1, 2, 0 })]
    [InlineData("ip", new[] { 2, 1, 2, 1 })]
    public async Task Neighbours_are_the_nearest_by_each_metric_nearest_first(string metric, int[] expected)
    {
        Write("a.npy", [2f, 1.9f, 1f, 0f], 2, 2);
        Write("b.npy", [1f, 0.9f, 2f, 2.2f, 5f, 0f], 3, 2);
        var result = await RunAsync("--k", "2", "--metric", metric, "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Equal(expected, Indices(out var shape));
        Assert.Equal([2, 2], shape);
        Assert.Equal(2, result.Json.GetProperty("k").GetInt32());
    }

    [Fact]
    public async Task Blocks_of_queries_do_not_change_what_is_found()
    {
        var random = new SeededRandom(3);
        var values = new float[20_000 * 3];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)random.NextGaussian();
        }

        Write("a.npy", values, 20_000, 3);
        Write("b.npy", values, 20_000, 3);
        Assert.Equal(ExitCode.Success, (await RunAsync()).ExitCode);
        Assert.Equal(Enumerable.Range(0, 20_000), Indices(out _));
    }

    [Fact]
    public async Task More_neighbours_than_candidates_are_all_candidates_and_said()
    {
        Write("a.npy", [1f], 1, 1);
        Write("b.npy", [3f, 2f], 2, 1);
        var result = await RunAsync("--k", "5");

        Assert.Contains("only 2 candidates", result.Errors, StringComparison.Ordinal);
        Assert.Equal([1, 0], Indices(out _));
    }

    [Theory]
    [InlineData("--k 0", "--k")]
    [InlineData("--metric manhattan", "l2, cosine, ip")]
    public async Task Wrong_options_are_refused(string options, string named)
    {
        Write("a.npy", [1f], 1, 1);
        Write("b.npy", [1f], 1, 1);
        var result = await RunAsync(options.Split(' '));

        Assert.Equal((ExitCode.Usage, ""), (result.ExitCode, result.Output));
        Assert.Contains(named, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_of_different_embedders_or_with_no_numbers_are_refused_and_leave_no_file()
    {
        Write("a.npy", [1f, 2f], 1, 2);
        Write("b.npy", [1f], 1, 1);
        Assert.Contains("not made by the same embedder", (await RunAsync()).Errors, StringComparison.Ordinal);
        Write("b.npy", [1f, float.PositiveInfinity], 1, 2);
        var result = await RunAsync();
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.EndsWith("An embedding holds a value that is not finite.", result.Errors.Trim(), StringComparison.Ordinal);
        Assert.Equal(["a.npy", "b.npy"], Directory.GetFiles(_commands.Folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _commands.Dispose();

    private string PathOf(string name) => Path.Combine(_commands.Folder.FullName, name);

    private Task<CommandResult> RunAsync(params string[] options) =>
        _commands.RunAsync(["neighbours", "--private", PathOf("a.npy"), "--candidates", PathOf("b.npy"), "--out", PathOf("n.npy"), .. options]);

    private int[] Indices(out IReadOnlyList<int> shape) => NpyFile.Decode<int>(File.ReadAllBytes(PathOf("n.npy")), out shape).ToArray();

    private void Write(string name, float[] values, params int[] shape) => _commands.Write(name, NpyFile.Encode<float>(values, shape));
}
