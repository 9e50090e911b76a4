namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>What is audited, and how long.</summary>
internal sealed record MechanismAuditOptions
{
    /// <summary>ε claimed for all measurements together, above 0.</summary>
    public double Epsilon { get; init; } = 1;

    /// <summary>δ, inside (0, 1).</summary>
    public double Delta { get; init; } = 1e-5;

    /// <summary>T: vote histograms measured, at least 1.</summary>
    public int Iterations { get; init; } = 4;

    /// <summary>k: candidates that an image votes for, at least 1.</summary>
    public int Neighbours { get; init; } = 1;

    /// <summary>Runs of the mechanism in each of the two worlds, at least 1.</summary>
    public int Trials { get; init; } = 100_000;
}
