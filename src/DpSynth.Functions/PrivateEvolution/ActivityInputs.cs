namespace DpSynth.Functions.PrivateEvolution;

/// <summary>Names one iteration of a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Iteration">1 to T.</param>
public sealed record IterationInput(string RunId, int Iteration);

/// <summary>Names one private shard's vote at one iteration.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Iteration">The iteration, 1 to T.</param>
/// <param name="Shard">The private shard's number.</param>
public sealed record VoteInput(string RunId, int Iteration, int Shard);
