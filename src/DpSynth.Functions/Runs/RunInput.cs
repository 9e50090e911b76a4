namespace DpSynth.Functions.Runs;

/// <summary>Names a run: the input of activities that need nothing else.</summary>
/// <param name="RunId">The run.</param>
public sealed record RunInput(string RunId);

/// <summary>Names one lane: one of the pieces, their number public, that the work on private images is cut into.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Lane">The lane's number.</param>
public sealed record LaneInput(string RunId, int Lane);

/// <summary>How far a lane is.</summary>
/// <param name="IsDone">Whether all of it is done; else it is to be called again.</param>
public sealed record LaneProgress(bool IsDone);

/// <summary>Names one generation of a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Generation">0 to T.</param>
public sealed record GenerationInput(string RunId, int Generation);

/// <summary>What is told to a run's orchestration from outside, whatever its method.</summary>
public static class RunEvents
{
    /// <summary>A worker has answered for a shard; the payload is a <see cref="Synthesis.Generation.GenerationResult"/>.</summary>
    public const string GenerationCompleted = "GenerationCompleted";

    /// <summary>A worker has said whether it can serve the run; the payload is a <see cref="Synthesis.Generation.CheckResult"/>.</summary>
    public const string WorkerChecked = "WorkerChecked";

    /// <summary>The wish to end the run; its payload is a text.</summary>
    public const string CancelRequested = "CancelRequested";
}
