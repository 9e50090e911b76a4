namespace DpSynth.Functions.PrivateEvolution;

/// <summary>
/// What the orchestration carries from one iteration to the next. References and small numbers only: operators can read it.
/// </summary>
public sealed record EvolutionState
{
    /// <summary>The run, and the orchestration's instance id.</summary>
    public required string RunId { get; init; }

    /// <summary>δ of the run; null until it is settled, unless the request gave it.</summary>
    public double? Delta { get; init; }

    /// <summary>T, as requested.</summary>
    public required int Iterations { get; init; }

    /// <summary>Number of private shards; 0 until the run is settled: planned, its images embedded, its budget reserved.</summary>
    public int PrivateShards { get; init; }

    /// <summary>The generation to make next, 0 to T.</summary>
    public int Generation { get; init; }

    /// <summary>ε of the releases made so far.</summary>
    public double EpsilonSpent { get; init; }
}
