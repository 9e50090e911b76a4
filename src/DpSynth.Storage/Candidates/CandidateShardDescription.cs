using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Candidates;

/// <summary>What a shard's marker says of it.</summary>
internal sealed record CandidateShardDescription
{
    public string? ClassName { get; init; }

    public required int ClassIndex { get; init; }

    public required int Count { get; init; }

    public required int ParameterCount { get; init; }

    public required ImageShape Shape { get; init; }

    public required bool HasEmbeddings { get; init; }

    /// <summary>What the generator had to say; null for nothing.</summary>
    public GenerationNotes? Notes { get; init; }
}
