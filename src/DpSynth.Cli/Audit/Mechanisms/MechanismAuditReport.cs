using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>What an audit of the mechanism found.</summary>
internal sealed record MechanismAuditReport
{
    /// <summary>Whether the bound is at most the claim.</summary>
    public required bool Passed { get; init; }

    /// <summary>ε claimed for all measurements together.</summary>
    public required double Epsilon { get; init; }

    /// <summary>ε that the attack refutes anything below of.</summary>
    public required double EpsilonLowerBound { get; init; }

    /// <summary>δ of both.</summary>
    public required double Delta { get; init; }

    /// <summary>Probability at least that the bound holds.</summary>
    public required double Confidence { get; init; }

    /// <summary>The statistic that gave the bound, see <see cref="AttackStatistics"/>.</summary>
    public required string Statistic { get; init; }

    /// <summary>μ of Gaussian differential privacy that is claimed.</summary>
    public required double Mu { get; init; }

    /// <summary>μ that the attack refutes anything below of.</summary>
    public required double MuLowerBound { get; init; }

    /// <summary>A bound, at the same confidence by itself, that does not suppose the Gaussian trade-off which is claimed: looser.</summary>
    public required double EpsilonLowerBoundOfAnyMechanism { get; init; }

    /// <summary>Runs of the mechanism with the canary, and as many without.</summary>
    public required int TrialsPerWorld { get; init; }

    /// <summary>T.</summary>
    public required int Iterations { get; init; }

    /// <summary>k.</summary>
    public required int Neighbours { get; init; }

    /// <summary>σ of each iteration in votes.</summary>
    public required IReadOnlyList<double> NoiseMultipliers { get; init; }

    /// <summary>The report for people.</summary>
    public string Describe(Layout layout) => layout.Pairs(
    [
        ("claimed", $"ε = {Figures.Epsilon(Epsilon)} at δ = {Figures.Delta(Delta)} for {Iterations} iterations of σ = {Figures.Epsilon(NoiseMultipliers[0])}"),
        (
            "refuted",
            $"every ε below {Figures.Epsilon(EpsilonLowerBound)}, at {100 * Confidence:0}% confidence (by {Statistic}, as Gaussian DP: "
                + $"μ {MuLowerBound:0.0000} of {Mu:0.0000})"),
        ("without that assumption", $"every ε below {Figures.Epsilon(EpsilonLowerBoundOfAnyMechanism)}"),
        ("trials", $"{Figures.Count(TrialsPerWorld)} with the canary, as many without"),
        ("verdict", Passed ? "nothing found against the claim" : "VIOLATION: the claim is refuted"),
    ]);
}
