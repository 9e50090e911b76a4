using DpSynth.Catalogue;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Runs.Watching;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Tests.Runs;

/// <summary>What <c>--wait</c> sees of a request that became no run.</summary>
public sealed class RunWatcherTests
{
    private const string MessageId = "6f1c";

    private static readonly DateTimeOffset _sentAt = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Watch_ends_with_what_stands_under_the_messages_id() =>
        Assert.Equal("Lost.", (await WatchAsync(new Refusals(null, Refusal(MessageId, "Lost.", minutes: 1)))).Reason);

    [Fact]
    public async Task Watch_passes_over_the_refusal_of_an_earlier_request_of_the_run_id() => Assert.Equal(
        "Lost.",
        (await WatchAsync(new Refusals(Refusal("mnist-1", "Mended since.", minutes: -1), Refusal(MessageId, "Lost.", minutes: 1)))).Reason);

    [Fact]
    public async Task Watch_ends_with_the_refusal_of_the_request_itself() => Assert.Equal(
        "Wrong.", (await WatchAsync(new Refusals(Refusal("mnist-1", "Wrong.", minutes: 1), Refusal(MessageId, "Lost.", minutes: 1)))).Reason);

    [Fact]
    public async Task Watch_ends_with_a_run_that_was_refused_before() => Assert.Equal(
        "No budget.", (await WatchAsync(new Refusals(Refusal("mnist-1", "No budget.", minutes: -1) with { Dataset = "mnist" }))).Reason);

    private static async Task<RunView> WatchAsync(Refusals runs)
    {
        var home = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(home, "samples", "mnist.json")))
        {
            home = Path.GetDirectoryName(home)!;
        }

        var request = RequestParts.Reader.Read(await File.ReadAllTextAsync(Path.Combine(home, "samples", "mnist.json")));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, isInteractive: false, () => 80);
        return await new RunWatcher(runs, terminal).WatchAsync(new SubmittedRequest(request, MessageId, _sentAt), limit.Token);
    }

    private static RunView Refusal(string id, string reason, int minutes) =>
        new() { Id = id, State = RunState.Refused, Reason = reason, UpdatedAt = _sentAt.AddMinutes(minutes) };

    private sealed class Refusals(RunView? found, params RunView[] listed) : IRunSource
    {
        public Task<RunView?> FindAsync(string runId, CancellationToken cancellationToken) => Task.FromResult(found);

        public Task<IReadOnlyList<RunView>> ListAsync(bool rejected, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RunView>>(rejected ? listed : []);

        public Task CancelAsync(string runId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
