using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>
/// What the orchestration carries from one execution to the next. References and small numbers only: operators can read it.
/// </summary>
public sealed record EvolutionState
{
    /// <summary>The run, and the orchestration's instance id.</summary>
    public required string RunId { get; init; }

    /// <summary>δ of the run; null until it is settled, unless the request gave it.</summary>
    public double? Delta { get; init; }

    /// <summary>T, as requested.</summary>
    public required int Iterations { get; init; }

    /// <summary>What is to be done next.</summary>
    public EvolutionStep Step { get; init; }

    /// <summary>The plan's schema version; null until the run is planned.</summary>
    public int? PlanVersion { get; init; }

    /// <summary>Whether a worker is asked before the run is settled.</summary>
    public bool ChecksWorkers { get; init; }

    /// <summary>Number of private shards; 0 until the run is planned.</summary>
    public int PrivateShards { get; init; }

    /// <summary>Private shards that earlier executions have embedded, or let vote in this iteration.</summary>
    public int ShardsDone { get; init; }

    /// <summary>The generation at hand, 0 to T.</summary>
    public int Generation { get; init; }

    /// <summary>When an earlier execution that waited for the generation last saw a shard arrive (UTC); null if none has waited.</summary>
    public DateTime? LastArrival { get; init; }

    /// <summary>ε of the releases made so far.</summary>
    public double EpsilonSpent { get; init; }

    /// <summary>What the run last showed of itself; null before its first step. The engine forgets it where an execution continues as new.</summary>
    public RunProgress? Progress { get; init; }
}

/// <summary>Where an execution of the orchestration begins. One that has done much ends and leaves the rest to the next.</summary>
public enum EvolutionStep
{
    /// <summary>The run has to be planned.</summary>
    Plan,

    /// <summary>Private images have to be embedded, then the run settled.</summary>
    Embed,

    /// <summary>The generation has to be given to the workers.</summary>
    Generate,

    /// <summary>The workers make the generation.</summary>
    Await,

    /// <summary>The private images have to vote on the generation.</summary>
    Vote,

    /// <summary>A worker has been asked whether it can serve the run; after its answer the run is settled.</summary>
    Check,
}
