namespace DpSynth.Synthesis.Runs;

/// <summary>What an operator sees of a run in flight; the orchestration's custom status. Holds nothing private.</summary>
public sealed record RunProgress
{
    /// <summary>The stage at work.</summary>
    public required RunStage Stage { get; init; }

    /// <summary>Generation or iteration at work, 0 to T.</summary>
    public int Iteration { get; init; }

    /// <summary>T.</summary>
    public int Iterations { get; init; }

    /// <summary>Units of the stage that are done.</summary>
    public int Done { get; init; }

    /// <summary>Units of the stage in all.</summary>
    public int Total { get; init; }

    /// <summary>What a unit is: <c>images</c>, <c>shards</c>, <c>candidates</c>.</summary>
    public string Unit { get; init; } = "";

    /// <summary>ε spent so far by this run, at the run's δ.</summary>
    public double EpsilonSpent { get; init; }
}

/// <summary>The stages of a run in order; the three from <see cref="Generating"/> to <see cref="Selecting"/> repeat each iteration.</summary>
public enum RunStage
{
    /// <summary>Checking the request against the dataset's listing and its budget.</summary>
    Planning,

    /// <summary>Embedding the private images.</summary>
    Embedding,

    /// <summary>Calibrating the noise, reserving budget, releasing noisy class counts.</summary>
    Reserving,

    /// <summary>Workers generate candidates.</summary>
    Generating,

    /// <summary>Private images vote.</summary>
    Voting,

    /// <summary>Noise is added, parents are selected.</summary>
    Selecting,

    /// <summary>The release is written.</summary>
    Publishing,

    /// <summary>The run is over.</summary>
    Ended,
}
