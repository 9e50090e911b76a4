using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Orchestration;

/// <summary>
/// What the orchestration of a run of whatever method carries from one execution to the next. References and small numbers only: operators can
/// read it.
/// </summary>
public sealed record RunCursor
{
    /// <summary>The run, and the orchestration's instance id.</summary>
    public required string RunId { get; init; }

    /// <summary>δ of the run; null until its budget is reserved, unless the request gave it.</summary>
    public double? Delta { get; init; }

    /// <summary>Iterations that the method has, as requested; 0 for a method without.</summary>
    public int Iterations { get; init; }

    /// <summary>What is to be done next.</summary>
    public RunStep Step { get; init; }

    /// <summary>The plan's schema version; null until the run is planned.</summary>
    public int? PlanVersion { get; init; }

    /// <summary>How many pieces the work on private images is cut into; 0 until the run is planned. Public: it says nothing of the images.</summary>
    public int Lanes { get; init; }

    /// <summary>Lanes that earlier executions have worked on in the step at hand.</summary>
    public int LanesDone { get; init; }

    /// <summary>When an earlier execution that waits for workers last saw something arrive (UTC); null if none waits.</summary>
    public DateTime? LastArrival { get; init; }

    /// <summary>ε of the measurements made so far.</summary>
    public double EpsilonSpent { get; init; }

    /// <summary>What the run last showed of itself; null before its first step. The engine forgets it where an execution continues as new.</summary>
    public RunProgress? Progress { get; init; }
}

/// <summary>The life of a run, whatever its method, step after step. An execution that has done much ends and leaves the rest to the next.</summary>
public enum RunStep
{
    /// <summary>Look over all that can be told without reading an image.</summary>
    Plan,

    /// <summary>Embed the private images, and see whether they allow the run.</summary>
    Embed,

    /// <summary>Ask a worker whether it can serve the run. Only now: a worker that starts for the answer is still there for what comes next.</summary>
    Check,

    /// <summary>Compute the noise, reserve the budget.</summary>
    Reserve,

    /// <summary>What the method does.</summary>
    Work,

    /// <summary>Score, publish, close, announce.</summary>
    Publish,
}
