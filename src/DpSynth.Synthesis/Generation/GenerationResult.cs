namespace DpSynth.Synthesis.Generation;

/// <summary>One message on <c>generation-results</c>: a shard is in the candidate store, or could not be made.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Shard">The shard's number in its generation.</param>
/// <param name="Error">Null if the shard was made; else one sentence for the run's status. Never holds anything private: workers see nothing private.</param>
public sealed record GenerationResult(string RunId, int Generation, int Shard, string? Error);
