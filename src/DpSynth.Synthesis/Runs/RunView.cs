using DpSynth.Synthesis.Spending;

namespace DpSynth.Synthesis.Runs;

/// <summary>A run as the HTTP API shows it (camelCase JSON, enums as camelCase strings).</summary>
public sealed record RunView
{
    /// <summary>The run's id.</summary>
    public required string Id { get; init; }

    /// <summary>Where the run stands.</summary>
    public required RunState State { get; init; }

    /// <summary>The dataset's name; null for a request that could not be read.</summary>
    public string? Dataset { get; init; }

    /// <summary>The method.</summary>
    public string? Method { get; init; }

    /// <summary>The generator's name.</summary>
    public string? Generator { get; init; }

    /// <summary>ε asked for.</summary>
    public double? Epsilon { get; init; }

    /// <summary>δ of the run: asked for, or derived; null while it is not known.</summary>
    public double? Delta { get; init; }

    /// <summary>ε spent so far, at the run's δ.</summary>
    public double EpsilonSpent { get; init; }

    /// <summary>What the run has cost at an image API so far; null for generators that pay nothing.</summary>
    public ImageSpending? Spending { get; init; }

    /// <summary>Progress of a run in flight; null once it has ended.</summary>
    public RunProgress? Progress { get; init; }

    /// <summary>A code for <see cref="Reason"/>: the same whatever the private data are; null where there is none.</summary>
    public string? Code { get; init; }

    /// <summary>Why the run failed, was cancelled or refused; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>Where the release is, as <c>releases/ID/</c> in the exchange account; null if there is none.</summary>
    public string? Release { get; init; }

    /// <summary>When the request was registered (UTC).</summary>
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>When the run last changed its state (UTC).</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}
