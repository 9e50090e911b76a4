using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>How a run ended; the orchestration's output.</summary>
public sealed record RunOutcome
{
    /// <summary>One of the final states.</summary>
    public required RunState State { get; init; }

    /// <summary>The reason's code, unless the run succeeded.</summary>
    public string? Code { get; init; }

    /// <summary>One sentence on why, unless the run succeeded; what is longer than <see cref="Refusal.MaxSentence"/> is cut.</summary>
    public string? Reason
    {
        get;
        init => field = Refusal.Cut(value);
    }

    /// <summary>ε the run's releases cost, at the run's δ.</summary>
    public double EpsilonSpent { get; init; }

    /// <summary>The run's δ; null where the run ended before it was known.</summary>
    public double? Delta { get; init; }

    /// <summary>Prefix of the release in the container <c>releases</c>, if there is one.</summary>
    public string? Release { get; init; }
}
