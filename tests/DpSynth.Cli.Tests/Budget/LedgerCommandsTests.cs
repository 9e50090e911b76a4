using System.Text;
using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Cli.Budget;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Host;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;
using DpSynth.Testing;

namespace DpSynth.Cli.Tests.Budget;

public sealed class LedgerCommandsTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Ledger_is_set_started_anew_exported_and_verified_by_commands()
    {
        var file = Path.Combine(_commands.Folder.FullName, "ledger.jsonl");
        _commands.Write("images/a.png", PngEncoder.Encode(new byte[16], new ImageShape(4, 4, 1)));
        await _commands.RunAsync(
            "datasets", "upload", Path.Combine(_commands.Folder.FullName, "images"), "--name", "birds", "--epsilon-cap", "10", "--delta", "1e-5");
        Assert.Equal(ExitCode.Success, (await _commands.RunAsync("budget", "set", "birds", "--epsilon", "3", "--reason", "less")).ExitCode);
        var begun = await _commands.RunAsync("budget", "new", "birds", "--reason", "New consent.", "--json");
        var exported = await _commands.RunAsync("budget", "export", "birds", "--out", file, "--json");
        var verified = await _commands.RunAsync("budget", "verify", "--all", "--json");

        Assert.Equal(("birds.2", 3), (begun.Json.GetProperty("lineage").GetString(), begun.Json.GetProperty("totalEpsilon").GetDouble()));
        Assert.Equal(("birds.2", 1), (exported.Json.GetProperty("lineage").GetString(), exported.Json.GetProperty("entries").GetInt64()));
        Assert.Equal((ExitCode.Success, true), (verified.ExitCode, verified.Json.GetProperty("ok").GetBoolean()));
        Assert.Equal([3, 1], verified.Json.GetProperty("ledgers").EnumerateArray().Select(ledger => ledger.GetProperty("entries").GetInt32()));

        var whole = await File.ReadAllTextAsync(file);
        Assert.Equal(ExitCode.Success, (await _commands.RunAsync("budget", "verify", "--file", file)).ExitCode);
        await File.WriteAllTextAsync(file, whole.Replace("New consent.", "Old consent.", StringComparison.Ordinal));
        var edited = await _commands.RunAsync("budget", "verify", "--file", file);
        Assert.Equal(ExitCode.Failure, edited.ExitCode);
        Assert.Contains("Entry 1 was edited", edited.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, whole[..^30]);
        Assert.Equal(ExitCode.Failure, (await _commands.RunAsync("budget", "verify", "--file", file)).ExitCode);
    }

    [Fact]
    public async Task Ledgers_that_are_not_there_are_not_found()
    {
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("budget", "verify", "nobody")).ExitCode);
        Assert.Equal(ExitCode.NotFound, (await _commands.RunAsync("budget", "verify", "--file", "missing.jsonl")).ExitCode);
        Assert.Equal(ExitCode.Refused, (await _commands.RunAsync("budget", "join", "nobody", "--into", "nothing")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await _commands.RunAsync("budget", "export", "nobody", "--json")).ExitCode);
    }

    [Fact]
    public async Task Verification_holds_what_releases_quote_against_the_ledgers()
    {
        await using var storage = await LocalEnds.StartStorageAsync(_commands.Surroundings, CancellationToken.None);
        await using var connection = new Connection(storage.Settings, endpoint: null);
        await connection.EnsureCreatedAsync(default);
        PlannedMeasurement[] releases = [new("iteration-001", new GaussianEvent { NoiseMultiplier = 10 })];
        await connection.Ledger.ReserveAsync("birds", "run-1", releases, default);
        var hash = await connection.Ledger.SpendAsync("birds", "run-1", "iteration-001", default);
        Assert.Equal([hash], LedgerWitness.ReadSpends(await ExportAsync(connection, "birds")).Keys);
        await PublishAsync(connection, "run-1", hash);
        await PublishAsync(connection, "run-0", ledgerEntry: null);

        var verdict = await new LedgerInspection(connection).CheckAsync("birds", default);
        Assert.Equal((true, 1), (verdict.Ok, Assert.Single(verdict.Ledgers).Measurements));

        // What was joined brings its witnesses along.
        await connection.Ledger.CloseAsync("birds", "run-1", default);
        await connection.Ledger.OpenAsync("fowl", default);
        await connection.LedgerAdministration.JoinAsync("birds", "fowl", null, default);
        verdict = await new LedgerInspection(connection).CheckAsync("fowl", default);
        Assert.True(verdict.Ok, string.Join(' ', verdict.Ledgers.SelectMany(ledger => ledger.Faults)));
        Assert.Equal(["birds", "fowl"], verdict.Ledgers.Select(ledger => ledger.Lineage));

        await PublishAsync(connection, "run-2", new string('a', 64));
        verdict = await new LedgerInspection(connection).CheckAsync(dataset: null, default);
        var fault = Assert.Single(verdict.Ledgers.SelectMany(ledger => ledger.Faults));
        Assert.Contains("'run-2'", fault.Sentence, StringComparison.Ordinal);
        Assert.False(verdict.Ok);
    }

    public void Dispose() => _commands.Dispose();

    private static async Task<string[]> ExportAsync(Connection connection, string lineage) =>
        Encoding.UTF8.GetString(LedgerVerification.Export(await connection.LedgerAdministration.ReadChainAsync(lineage, default))).Split('\n');

    private static async Task PublishAsync(Connection connection, string runId, string? ledgerEntry)
    {
        var request = RequestParts.Reader.Read($$"""
            {
              "runId": "{{runId}}", "dataset": "birds", "epsilon": 1, "delta": 1e-6, "image": { "width": 8, "height": 8 },
              "generator": { "name": "draw-text" }, "evolution": { "populationSizes": [4, 4], "variationDegrees": [1, 0.5] }
            }
            """);
        await connection.Registry.RegisterAsync(request, submittedBy: null, default);
        object release = ledgerEntry is null ? new { iteration = 1 } : new { key = "iteration-001", ledgerEntry };
        using var statement = new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { releases = new[] { release } })));
        await connection.Releases.WriteAsync(runId, "privacy.json", statement, "application/json", default);
    }
}
