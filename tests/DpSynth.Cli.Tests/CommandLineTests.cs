namespace DpSynth.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    public static TheoryData<string> AllCommands =>
    [
        "demo", "demo emoji", "host", "worker", "datasets upload", "datasets list", "datasets show", "datasets policy "
            + "show", "datasets policy set", "runs why", "runs submit", "runs schema",
        "runs list", "runs show", "runs watch", "runs cancel", "runs download", "budget show", "budget set", "budget verify",
        "budget export", "budget new", "budget join", "accountant epsilon", "accountant noise", "accountant curve", "accountant runs",
        "accountant sample", "verify-release", "audit mechanism", "audit run", "doctor", "test", "lock", "mutate", "generate", "embed",
        "neighbours", "score frechet", "score precision-recall", "score kernel", "models check", "models list",
    ];

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task Every_command_has_help_on_standard_output(string command)
    {
        var result = await _commands.RunAsync([.. command.Split(' '), "--help"]);

        Assert.Equal((ExitCode.Success, ""), (result.ExitCode, result.Errors));
        Assert.Contains($" {command}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllCommands))]
    public void Every_command_is_documented(string command)
    {
        var documentation = File.ReadAllText(Path.Combine(_commands.Surroundings.Home, "docs", "cli.md"));

        Assert.Contains($"`{command}", documentation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("runs", "submit")]
    [InlineData("budget", "set", "mnist", "--epsilon", "1")]
    [InlineData("datasets", "policy", "set", "mnist", "--class", "1", "--adjacency")]
    [InlineData("budget", "set", "mnist", "--reason", "r", "--epsilon", "much")]
    [InlineData("budget", "set", "mnist", "--reason", "r", "--epsilon", "0")]
    [InlineData("budget", "set", "mnist", "--reason", "r", "--epsilon", "NaN")]
    [InlineData("budget", "set", "mnist", "--reason", "r", "--epsilon", "1", "--delta", "1")]
    [InlineData("budget", "verify")]
    [InlineData("budget", "verify", "mnist", "--all")]
    [InlineData("budget", "new", "mnist")]
    [InlineData("budget", "new", "mnist", "--reason", " ")]
    [InlineData("budget", "join", "mnist")]
    [InlineData("runs", "show", "../escape")]
    [InlineData("datasets", "show", "a/b")]
    [InlineData("demo", "--epsilon", "-1")]
    [InlineData("demo", "--epsilon", "NaN")]
    [InlineData("demo", "--seed", "-1")]
    [InlineData("demo", "emoji", "--epsilon", "0")]
    [InlineData("demo", "emoji", "--seed", "-1")]
    [InlineData("worker", "--concurrency", "0")]
    [InlineData("host", "--workers", "-1")]
    public async Task Wrong_command_line_is_a_usage_error_without_a_result(params string[] arguments)
    {
        var result = await _commands.RunAsync(arguments);

        Assert.Equal((ExitCode.Usage, ""), (result.ExitCode, result.Output));
        Assert.NotEqual("", result.Errors);
        Assert.False(Directory.Exists(_commands.Surroundings.DataFolder));
    }

    [Fact]
    public async Task Failure_with_json_is_one_object_on_standard_output()
    {
        var result = await _commands.RunAsync("runs", "submit", "missing.json", "--json");

        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Equal(ExitCode.NotFound, result.Json.GetProperty("exitCode").GetInt32());
        Assert.Contains("missing.json", result.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_without_a_host_is_not_found()
    {
        var result = await _commands.RunAsync("worker");

        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Contains("./dpsynth host", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_what_it_found_of_each_thing()
    {
        var result = await _commands.RunAsync("doctor", "--json");

        var findings = result.Json.GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(result.Json.GetProperty("ok").GetBoolean(), result.ExitCode == ExitCode.Success);
        Assert.Contains(findings, finding => finding.GetProperty("subject").GetString() == "image library" && finding.GetProperty("ok").GetBoolean());
        Assert.All(findings, finding => Assert.Equal(finding.GetProperty("ok").GetBoolean(), !finding.TryGetProperty("advice", out _)));
    }

    public void Dispose() => _commands.Dispose();
}
