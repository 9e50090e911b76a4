using System.Diagnostics;
using OpenTelemetry;

namespace DpSynth.Telemetry;

/// <summary>Leaves of a failed span that it failed, and takes away why: a reason is an exception's message and may name runs and datasets.</summary>
internal sealed class ReasonlessSpans : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.StatusDescription is not null)
        {
            data.SetStatus(data.Status);
        }
    }
}
