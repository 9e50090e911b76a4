using DpSynth.Catalogue;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Host;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Tests.Runs;

/// <summary>What a command shows of runs while no host is running.</summary>
public sealed class StoredRunsTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Run_whose_end_is_recorded_is_shown_as_it_ended_and_another_as_waiting()
    {
        await using var storage = await LocalEnds.StartStorageAsync(_commands.Surroundings, default);
        await using var connection = new Connection(storage.Settings, endpoint: null);
        await connection.EnsureCreatedAsync(default);
        foreach (var id in new[] { "refused-1", "waiting-1" })
        {
            await connection.Registry.RegisterAsync(Request(id), submittedBy: null, default);
        }

        var outcome = new RunOutcome { State = RunState.Refused, Reason = "The dataset is gone.", EpsilonSpent = 0.25, Delta = 1e-6 };
        await connection.Registry.RecordEndAsync("refused-1", outcome, default);

        var shown = (await connection.Runs.FindAsync("refused-1", default))!;
        Assert.Equal((RunState.Refused, outcome.Reason, 0.25), (shown.State, shown.Reason, shown.EpsilonSpent));
        Assert.NotNull(shown.UpdatedAt);
        var waiting = (await connection.Runs.FindAsync("waiting-1", default))!;
        Assert.Equal((RunState.Pending, null), (waiting.State, waiting.UpdatedAt));
        Assert.StartsWith("No host is running", waiting.Reason, StringComparison.Ordinal);
        Assert.Equal([shown, waiting], (await connection.Runs.ListAsync(rejected: false, default)).OrderBy(view => view.Id, StringComparer.Ordinal));
        Assert.Null(await connection.Runs.FindAsync("unheard-1", default));
    }

    public void Dispose() => _commands.Dispose();

    private static RunRequest Request(string runId) => RequestParts.Reader.Read($$"""
        {
          "runId": "{{runId}}", "dataset": "birds", "epsilon": 1, "delta": 1e-6, "image": { "width": 8, "height": 8 },
          "generator": { "name": "draw-text" }, "evolution": { "populationSizes": [4, 4], "variationDegrees": [1, 0.5] }
        }
        """);
}
