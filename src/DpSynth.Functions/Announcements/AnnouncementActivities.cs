using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Announcements;

/// <summary>The last activity of a run: the record of how it ended, and the word to whoever listens to <c>run-events</c>.</summary>
public sealed class AnnouncementActivities(RunAnnouncer announcer, FunctionInstruments instruments)
{
    /// <summary>Records how the run ended, unless that is recorded already, and announces what is recorded on <c>run-events</c>.</summary>
    [Function(nameof(AnnounceRun))]
    public Task<AnnouncedRun> AnnounceRun([ActivityTrigger] RunEnding input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => announcer.AnnounceAsync(input.RunId, input.Outcome, cancellationToken));
}

/// <summary>How a run ends.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Outcome">How it ends, unless it has ended otherwise before.</param>
public sealed record RunEnding(string RunId, RunOutcome Outcome);

/// <summary>A run whose end was announced.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="HasWebhook">Whether somebody is to be called.</param>
public sealed record AnnouncedRun(RunOutcome Outcome, bool HasWebhook);
