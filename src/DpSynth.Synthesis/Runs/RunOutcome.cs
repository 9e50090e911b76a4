namespace DpSynth.Synthesis.Runs;

/// <summary>How a run ended; the orchestration's output.</summary>
public sealed record RunOutcome
{
    /// <summary>Most characters of a reason: outcomes lie in histories, queues and announcements, which have limits.</summary>
    public const int MaxReason = 1000;

    /// <summary>One of the final states.</summary>
    public required RunState State { get; init; }

    /// <summary>One sentence on why, unless the run succeeded; what is longer than <see cref="MaxReason"/> is cut.</summary>
    public string? Reason
    {
        get;
        init => field = Cut(value);
    }

    /// <summary>ε the run's releases cost, at the run's δ.</summary>
    public double EpsilonSpent { get; init; }

    /// <summary>The run's δ; null where the run ended before it was known.</summary>
    public double? Delta { get; init; }

    /// <summary>Prefix of the release in the container <c>releases</c>, if there is one.</summary>
    public string? Release { get; init; }

    /// <summary>A reason with no more characters than <see cref="MaxReason"/>.</summary>
    public static string? Cut(string? reason) => reason is { Length: > MaxReason } ? $"{reason[..(MaxReason - 1)]}…" : reason;
}
