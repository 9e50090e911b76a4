using System.Text.Json.Serialization;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// One message on <c>generation-jobs</c>: make one shard of a generation. It holds references and small numbers only; the recipe
/// and the parents lie in the candidate store.
/// </summary>
/// <param name="RunId">The run.</param>
/// <param name="Generation">The generation to make, 0 to T. Generation 0 is drawn at random, later ones vary their parents.</param>
/// <param name="Shard">The shard's number in its generation.</param>
/// <param name="ClassIndex">The class's place in the recipe's list of classes.</param>
/// <param name="Start">Position of the shard's first candidate within its class and generation.</param>
/// <param name="Count">Number of candidates in the shard.</param>
public sealed record GenerationJob(string RunId, int Generation, int Shard, int ClassIndex, int Start, int Count)
{
    /// <summary>
    /// How often a worker that was told to stop has put the job back. The queue counts those as tries, the workers do not.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Returns { get; init; }

    /// <summary>The shard this job makes.</summary>
    [JsonIgnore]
    public CandidateShardId ShardId => new(RunId, Generation, Shard);
}
