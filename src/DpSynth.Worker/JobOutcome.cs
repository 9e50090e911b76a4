namespace DpSynth.Worker;

/// <summary>How a worker's dealing with a job ended.</summary>
internal enum JobOutcome
{
    /// <summary>Its candidates are stored and it was answered.</summary>
    Done,

    /// <summary>It failed and will be tried again.</summary>
    Failed,

    /// <summary>It cannot be done; its run was told why.</summary>
    Refused,

    /// <summary>Its run is over.</summary>
    Dropped,

    /// <summary>The worker is stopping and put it back.</summary>
    Returned,

    /// <summary>Somebody else has it.</summary>
    Lost,
}

/// <summary>Outcomes as labels.</summary>
internal static class JobOutcomes
{
    /// <summary>The outcome in lower case.</summary>
    public static string ToLabel(this JobOutcome outcome) => outcome switch
    {
        JobOutcome.Done => "done",
        JobOutcome.Failed => "failed",
        JobOutcome.Refused => "refused",
        JobOutcome.Dropped => "dropped",
        JobOutcome.Returned => "returned",
        _ => "lost",
    };
}
