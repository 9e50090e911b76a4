using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Audit.Runs;

/// <summary>What an audit of a whole run found.</summary>
internal sealed record RunAuditReport
{
    /// <summary>Whether the bound is at most the claim.</summary>
    public required bool Passed { get; init; }

    /// <summary>The run with the canaries.</summary>
    public required string RunId { get; init; }

    /// <summary>ε that the run claims.</summary>
    public required double Epsilon { get; init; }

    /// <summary>ε that the attack refutes anything below of.</summary>
    public required double EpsilonLowerBound { get; init; }

    /// <summary>δ of both.</summary>
    public required double Delta { get; init; }

    /// <summary>Probability at least that the bound holds.</summary>
    public required double Confidence { get; init; }

    /// <summary>m: canaries that a coin was thrown for.</summary>
    public required int Canaries { get; init; }

    /// <summary>How many of them the coins put into the dataset.</summary>
    public required int Included { get; init; }

    /// <summary>r: canaries guessed about.</summary>
    public required int Guesses { get; init; }

    /// <summary>v: right guesses.</summary>
    public required int Correct { get; init; }

    /// <summary>The report for people.</summary>
    public string Describe(Layout layout) => layout.Pairs(
    [
        ("run", $"{RunId}, with {Included} of {Canaries} canaries in its dataset: do not publish its release"),
        ("claimed", $"ε = {Figures.Epsilon(Epsilon)} at δ = {Figures.Delta(Delta)}"),
        ("guesses", $"{Correct} of {Guesses} right"),
        ("refuted", $"every ε below {Figures.Epsilon(EpsilonLowerBound)}, at {100 * Confidence:0}% confidence"),
        ("verdict", Passed ? "nothing found against the claim" : "VIOLATION: the claim is refuted"),
    ]);
}
