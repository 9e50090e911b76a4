namespace DpSynth.Functions.PrivateEvolution;

/// <summary>Names one iteration of a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Iteration">1 to T.</param>
public sealed record IterationInput(string RunId, int Iteration);

/// <summary>Names one lane's vote at one iteration.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Iteration">The iteration, 1 to T.</param>
/// <param name="Lane">The lane's number.</param>
public sealed record VoteInput(string RunId, int Iteration, int Lane);
