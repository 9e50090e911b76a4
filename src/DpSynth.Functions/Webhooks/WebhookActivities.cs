using DpSynth.Functions.Announcements;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Webhooks;

/// <summary>Tells whoever asked to be called that a run has ended.</summary>
public sealed class WebhookActivities(RunAnnouncer announcer, WebhookCaller webhooks, FunctionInstruments instruments)
{
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
