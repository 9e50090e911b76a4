namespace DpSynth.Functions.Runs;

/// <summary>Names a run: the input of activities that need nothing else.</summary>
/// <param name="RunId">The run.</param>
public sealed record RunInput(string RunId);

/// <summary>What is told to a run's orchestration from outside, whatever its method.</summary>
public static class RunEvents
{
    /// <summary>A worker's answer; its payload is a <see cref="Synthesis.Generation.GenerationResult"/>.</summary>
    public const string GenerationCompleted = "GenerationCompleted";

    /// <summary>The wish to end the run; its payload is a text.</summary>
    public const string CancelRequested = "CancelRequested";
}
