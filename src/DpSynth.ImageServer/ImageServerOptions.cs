using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;

namespace DpSynth.ImageServer;

/// <summary>What an image server is to do.</summary>
public sealed record ImageServerOptions
{
    /// <summary>Makes the images.</summary>
    public required IImageMaker Maker { get; init; }

    /// <summary>The port on the loopback address; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Which answers go wrong.</summary>
    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>The wait named with a 429, in seconds.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>The key asked for, or the token; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>The one model or deployment there is; null for whichever is asked for.</summary>
    public string? Deployment { get; init; }

    /// <summary>Requests a minute that are served; the others get a 429. Null for no limit.</summary>
    public double? RequestsPerMinute { get; init; }

    /// <summary>What every image takes at least.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>A prompt that is refused for its content; null for none.</summary>
    public Func<string, bool>? Refuses { get; init; }

    /// <summary>Where <see cref="ServerFault.Redirect"/> leads; null for the server itself.</summary>
    public Uri? RedirectTo { get; init; }

    /// <summary>Whether requests are kept in <see cref="LoopbackImageServer.Recorded"/>.</summary>
    public bool Record { get; init; }
}
