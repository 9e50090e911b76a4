using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Webhooks;

/// <summary>Admits the hosts that the installation lists.</summary>
public sealed class WebhookRules(IOptions<WebhookOptions> options) : IWebhookRules
{
    /// <inheritdoc/>
    public string? FindFault(Uri webhook)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return webhook.Scheme != Uri.UriSchemeHttps ? "A webhook is called over https only."
            : options.Value.Allows(webhook.IdnHost) ? null
            : $"The host of 'webhook', '{webhook.IdnHost}', is not among those that this installation may call: "
                + $"ask its operator to list it under {WebhookOptions.SectionName}:{nameof(WebhookOptions.AllowedHosts)}, "
                + "or leave 'webhook' out and read the queue 'run-events'.";
    }
}
