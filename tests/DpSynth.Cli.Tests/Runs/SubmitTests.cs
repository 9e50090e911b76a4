using System.Text;
using System.Text.Json;
using DpSynth.Cli.Host;

namespace DpSynth.Cli.Tests.Runs;

public sealed class SubmitTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    private string Sample => File.ReadAllText(Path.Combine(_commands.Surroundings.Home, "samples", "mnist.json"));

    [Fact]
    public async Task Request_without_a_host_is_queued_and_said_to_wait()
    {
        var file = _commands.Write("request.json", Encoding.UTF8.GetBytes(Sample));

        var result = await _commands.RunAsync("runs", "submit", file);

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Contains("No host is running", result.Output, StringComparison.Ordinal);
        await using var storage = await new Connector(_commands.Surroundings, _ => { }).ConnectAsync(needHost: false, CancellationToken.None);
        var message = await storage.ExchangeAccount.Queue("run-requests").PeekMessageAsync();
        Assert.Equal(Sample, message.Value.Body.ToString());
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("{ \"runId\": \"../x\" }", "runId")]
    [InlineData("{ \"runId\": \"x\", \"dataset\": \"d\", \"epsilon\": 0, \"delta\": 1e-6 }", "epsilon")]
    public async Task Bad_request_is_refused_in_one_line_before_any_storage_is_touched(string json, string expected)
    {
        var file = _commands.Write("request.json", Encoding.UTF8.GetBytes(json));

        var result = await _commands.RunAsync("runs", "submit", file, "--wait");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(_commands.Surroundings.DataFolder));
    }

    [Fact]
    public async Task Runs_and_releases_that_are_not_there_are_not_found()
    {
        var run = await _commands.RunAsync("runs", "show", "nobody", "--json");
        Assert.Equal((ExitCode.NotFound, JsonValueKind.Object), (run.ExitCode, run.Json.ValueKind));

        var release = await _commands.RunAsync("runs", "download", "nobody", "--out", _commands.Folder.FullName);
        Assert.Equal(ExitCode.NotFound, release.ExitCode);

        var list = await _commands.RunAsync("runs", "list", "--rejected", "--json");
        Assert.Equal((ExitCode.Success, 0), (list.ExitCode, list.Json.GetProperty("runs").GetArrayLength()));

        var budget = await _commands.RunAsync("budget", "set", "birds", "--epsilon", "3", "--reason", "none", "--json");
        Assert.Equal(ExitCode.NotFound, budget.ExitCode);
        var why = await _commands.RunAsync("runs", "why", "nobody");
        Assert.Equal(ExitCode.NotFound, why.ExitCode);
    }

    public void Dispose() => _commands.Dispose();
}
