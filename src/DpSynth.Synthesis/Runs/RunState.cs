namespace DpSynth.Synthesis.Runs;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Accepted, not yet started.</summary>
    Pending,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Ended with a release.</summary>
    Succeeded,

    /// <summary>Ended because something broke; what was spent stays spent.</summary>
    Failed,

    /// <summary>Ended by its owner.</summary>
    Cancelled,

    /// <summary>Never started: the request, the dataset or the budget did not allow it.</summary>
    Refused,
}
