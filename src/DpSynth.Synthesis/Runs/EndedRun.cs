namespace DpSynth.Synthesis.Runs;

/// <summary>The record that a run is over. Written once: whoever ends a run first decides how it ended.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="At">When (UTC).</param>
public sealed record EndedRun(string RunId, RunOutcome Outcome, DateTimeOffset At);
