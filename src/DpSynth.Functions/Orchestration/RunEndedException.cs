using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Orchestration;

/// <summary>Leaves the orchestration's steps when the run ends before its time.</summary>
internal sealed class RunEndedException(RunState state, string reason) : Exception(reason)
{
    /// <summary>The reason given in a cancelled run's status.</summary>
    public const string CancelledReason = "The run was cancelled on request.";

    /// <summary>How it ended.</summary>
    public RunState State { get; } = state;
}
