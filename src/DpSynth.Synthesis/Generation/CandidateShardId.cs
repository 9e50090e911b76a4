namespace DpSynth.Synthesis.Generation;

/// <summary>Names one shard of a generation's candidates. Blob names derive from it, so that a second run of a job finds the first one's work.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Generation">The generation, 0 to T.</param>
/// <param name="Shard">The shard's number in its generation, from 0; shards are numbered class after class.</param>
public sealed record CandidateShardId(string RunId, int Generation, int Shard);
