using System.Diagnostics;

namespace DpSynth.Synthesis.Telemetry;

/// <summary>
/// Where every measurement and trace of the product comes from. Labels say what kind of work it was; they never hold a name, an identifier or a
/// count that stems from private data.
/// </summary>
public static class TelemetrySource
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "DpSynth";

    /// <summary>The source of traces.</summary>
    public static ActivitySource Activities { get; } = new(Name);
}
