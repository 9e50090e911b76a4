using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Runs;

/// <summary>Leaves the orchestration's steps when the run ends before its time.</summary>
internal sealed class RunEndedException(RunState state, string reason) : Exception(reason)
{
    /// <summary>How it ended.</summary>
    public RunState State { get; } = state;
}
