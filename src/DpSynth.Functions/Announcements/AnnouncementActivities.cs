using DpSynth.Functions.PrivateEvolution;
using DpSynth.Functions.Telemetry;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Announcements;

/// <summary>The last activities of a run: the record of how it ended, and the word to whoever waits for it.</summary>
public sealed class AnnouncementActivities(RunAnnouncer announcer, WebhookCaller webhooks, FunctionInstruments instruments)
{
    /// <summary>Records how the run ended, unless that is recorded already, and announces what is recorded on <c>run-events</c>.</summary>
    [Function(nameof(AnnounceRun))]
    public Task<AnnouncedRun> AnnounceRun([ActivityTrigger] RunEnding input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => announcer.AnnounceAsync(input.RunId, input.Outcome, cancellationToken));

    /// <summary>Calls the webhook that the run's request names; fails where another call may succeed.</summary>
    [Function(nameof(CallWebhook))]
    public Task CallWebhook([ActivityTrigger] RunInput input, CancellationToken cancellationToken) => instruments.MeasureAsync(async () =>
    {
        if (await announcer.FindWebhookAsync(input.RunId, cancellationToken) is var (address, announcement))
        {
            await webhooks.CallAsync(address, announcement, cancellationToken);
        }
    });
}

/// <summary>How a run ends.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Outcome">How it ends, unless it has ended otherwise before.</param>
public sealed record RunEnding(string RunId, RunOutcome Outcome);

/// <summary>A run whose end was announced.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="HasWebhook">Whether somebody is to be called.</param>
public sealed record AnnouncedRun(RunOutcome Outcome, bool HasWebhook);
