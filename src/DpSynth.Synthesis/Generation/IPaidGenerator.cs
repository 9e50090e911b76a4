namespace DpSynth.Synthesis.Generation;

/// <summary>A generator that pays for every drawing and therefore keeps each as soon as it has it.</summary>
public interface IPaidGenerator : IGenerator
{
    /// <summary>The generator at work on one shard: what it draws it keeps for that shard, and what is kept it does not draw again.</summary>
    IGenerator ForShard(CandidateShardId shard);
}
