using DpSynth.Functions.Telemetry;
using DpSynth.Storage.Queues;
using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Announcements;

/// <summary>Records how runs end and announces it on the queue <c>run-events</c>, at least once.</summary>
public sealed class RunAnnouncer(IRunRegistry registry, RunEventQueue queue, FunctionInstruments instruments, IOptions<AnnouncementOptions> options)
{
    /// <summary>Records how a run ended, unless that is recorded already, and announces what is recorded.</summary>
    public async Task<AnnouncedRun> AnnounceAsync(string runId, RunOutcome outcome, CancellationToken cancellationToken)
    {
        var end = await registry.RecordEndAsync(runId, outcome, cancellationToken);
        var run = await registry.ReadAsync(runId, cancellationToken);
        await queue.SendAsync(RunAnnouncement.Of(Show(run, end), end.At, options.Value.Source).Json, cancellationToken);
        instruments.RunEnded(end.Outcome.State);
        return new AnnouncedRun(end.Outcome, run?.Request.Webhook is not null);
    }

    /// <summary>Who is to be called about a run that is over, and with what; null if nobody is.</summary>
    public async Task<(Uri Address, RunAnnouncement Announcement)?> FindWebhookAsync(string runId, CancellationToken cancellationToken) =>
        await registry.ReadAsync(runId, cancellationToken) is { Request.Webhook: { } address } run
            && await registry.ReadEndAsync(runId, cancellationToken) is { } end
            ? (address, RunAnnouncement.Outside(Show(run, end), end.At, options.Value.Source))
            : null;

    private static RunView Show(RegisteredRun? run, EndedRun end) => run is null ? RunQueries.Show(end) : RunQueries.Show(run, end);
}
