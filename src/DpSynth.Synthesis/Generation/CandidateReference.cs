namespace DpSynth.Synthesis.Generation;

/// <summary>Points at one candidate in a generation's shards.</summary>
/// <param name="Shard">The shard's number.</param>
/// <param name="Index">The candidate's place in the shard.</param>
public readonly record struct CandidateReference(int Shard, int Index);
