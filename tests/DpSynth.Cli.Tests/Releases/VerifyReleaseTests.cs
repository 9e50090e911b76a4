using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Cli.Tests.Releases;

public sealed class VerifyReleaseTests : IDisposable
{
    private readonly CommandRunner _commands = new();
    private readonly string _folder;
    private readonly string _entry = Convert.ToHexStringLower(SHA256.HashData("entry"u8));

    public VerifyReleaseTests()
    {
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
            Measurements = [new StatedMeasurement("iteration-001", new DiscreteGaussianEvent { SigmaSquared = Privacy.Rational.Parse("25") }, 1, _entry)],
            DeclaredPublic = ["The names of the classes are taken as public."],
        });
        _commands.Write("release/privacy.json", JsonSerializer.SerializeToUtf8Bytes(statement, Privacy.PrivacyJson.Indented));
        _commands.Write("release/PRIVACY.md", Encoding.UTF8.GetBytes(statement.ToMarkdown()));
        _commands.Write("release/manifest.json", """{"runId":"birds-1","dataset":"birds","iterations":[{"iteration":1,"noiseMultiplier":5}]}"""u8.ToArray());
        _folder = Path.Combine(_commands.Folder.FullName, "release");
    }

    [Fact]
    public async Task Honest_release_holds_with_and_without_the_ledger()
    {
        var ledger =
            _commands.Write("ledger.jsonl", Encoding.UTF8.GetBytes($$"""{"kind":"spend","run":"birds-1","key":"iteration-001","hash":"{{_entry}}"}"""));

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
        var ledger = _commands.Write("ledger.jsonl", """{"kind":"cap","hash":""}"""u8.ToArray());

        var result = await _commands.RunAsync("verify-release", _folder, "--ledger", ledger, "--json");

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Equal("releases[0].ledgerEntry", result.Json.GetProperty("mismatches")[0].GetProperty("field").GetString());
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

    public void Dispose() => _commands.Dispose();
}
