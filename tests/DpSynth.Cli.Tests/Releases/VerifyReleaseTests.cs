using System.Text;
using System.Text.Json;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Cli.Tests.Releases;

public sealed class VerifyReleaseTests : IAsyncLifetime
{
    private static readonly PrivacyEvent _noise = new DiscreteGaussianEvent { SigmaSquared = Privacy.Rational.Parse("25") };

    private readonly CommandRunner _commands = new();
    private readonly InMemoryPrivacyLedger _ledger = new();
    private string _folder = "";

    /// <summary>A run that has spent two measurements, of which its release states one: the other was never made.</summary>
    public async Task InitializeAsync()
    {
        PlannedMeasurement[] planned = [new("iteration-001", _noise), new("iteration-002", _noise)];
        await Policies.ReserveAsync(_ledger, "birds", "birds-1", planned, default);
        var entry = await _ledger.SpendAsync("birds", "birds-1", "iteration-001", default);
        var statement = PrivacyStatement.Of(new StatementFacts
        {
            Product = "DpSynth 0.1.0",
            RunId = "birds-1",
            Dataset = "birds",
            Unit = PrivacyUnit.Image,
            Adjacency = Adjacency.AddRemove,
            RequestedEpsilon = 2,
            Delta = 1e-5,
            DeltaSource = DeltaSource.Request,
            Measurements = [new StatedMeasurement("iteration-001", _noise, 1, entry)],
            DeclaredPublic = ["The policy makes public the names of the classes."],
        });
        _commands.Write("release/privacy.json", JsonSerializer.SerializeToUtf8Bytes(statement, Privacy.PrivacyJson.Indented));
        _commands.Write("release/PRIVACY.md", Encoding.UTF8.GetBytes(statement.ToMarkdown()));
        _commands.Write("release/manifest.json", """{"runId":"birds-1","dataset":"birds","iterations":[{"iteration":1,"noiseMultiplier":5}]}"""u8.ToArray());
        _folder = Path.Combine(_commands.Folder.FullName, "release");
    }

    [Fact]
    public async Task Honest_release_holds_with_and_without_the_ledger()
    {
        var ledger = await ExportAsync();

        var plain = await _commands.RunAsync("verify-release", _folder);
        var full = await _commands.RunAsync("verify-release", _folder, "--ledger", ledger, "--json");

        Assert.Equal((ExitCode.Success, ExitCode.Success), (plain.ExitCode, full.ExitCode));
        Assert.Contains("holds", plain.Output, StringComparison.Ordinal);
        Assert.True(full.Json.GetProperty("holds").GetBoolean());
        Assert.True(full.Json.GetProperty("ledgerChecked").GetBoolean());
    }

    [Fact]
    public async Task Entry_that_the_ledger_lacks_fails()
    {
        using var other = new InMemoryPrivacyLedger();
        await other.OpenAsync("birds", default);
        var ledger = await ExportAsync(other);

        var result = await _commands.RunAsync("verify-release", _folder, "--ledger", ledger, "--json");

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Equal("releases[0].ledgerEntry", result.Json.GetProperty("mismatches")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Spend_of_the_run_that_the_statement_leaves_out_fails()
    {
        await _ledger.SpendAsync("birds", "birds-1", "iteration-002", default);

        var result = await _commands.RunAsync("verify-release", _folder, "--ledger", await ExportAsync());

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("leaves out 'iteration-002'", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_that_is_not_whole_is_a_usage_error_that_says_where()
    {
        var path = await ExportAsync();
        var lines = await File.ReadAllLinesAsync(path);
        await File.WriteAllTextAsync(path, string.Join('\n', lines[..^1]) + "\n");
        Assert.Equal(ExitCode.Usage, (await _commands.RunAsync("verify-release", _folder, "--ledger", path)).ExitCode);

        lines[1] = lines[1].Replace("birds-1", "birds-2", StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");
        var edited = await _commands.RunAsync("verify-release", _folder, "--ledger", path);
        Assert.Equal(ExitCode.Usage, edited.ExitCode);
        Assert.Contains("its entry 2 was edited", edited.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tampered_figure_fails_and_is_named()
    {
        var path = Path.Combine(_folder, "manifest.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("5}", "6}", StringComparison.Ordinal));

        var result = await _commands.RunAsync("verify-release", _folder);

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("iterations[0].noiseMultiplier", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("privacy.json")]
    [InlineData("PRIVACY.md")]
    [InlineData("manifest.json")]
    public async Task Release_that_is_not_whole_is_not_found(string missing)
    {
        File.Delete(Path.Combine(_folder, missing));

        var result = await _commands.RunAsync("verify-release", _folder);

        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Contains(missing, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_that_is_none_is_a_usage_error()
    {
        var ledger = _commands.Write("ledger.jsonl", "nonsense"u8.ToArray());

        Assert.Equal(ExitCode.Usage, (await _commands.RunAsync("verify-release", _folder, "--ledger", ledger)).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("verify-release", _folder, "--ledger", ledger + "x")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("verify-release", _folder + "x")).ExitCode);
    }

    public Task DisposeAsync()
    {
        _ledger.Dispose();
        _commands.Dispose();
        return Task.CompletedTask;
    }

    private async Task<string> ExportAsync(InMemoryPrivacyLedger? ledger = null) => _commands.Write(
        "ledger.jsonl", LedgerVerification.Export(await (ledger ?? _ledger).Administration.ReadChainAsync("birds", default)));
}
