using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// What workers need to know of a run, and all they get to know: written once into the candidate store when the run is settled.
/// </summary>
public sealed record GenerationRecipe
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The classes' names in order, or one null for an unconditional run.</summary>
    public required IReadOnlyList<string?> Classes { get; init; }

    /// <summary>
    /// How the population is divided among the classes: noisy counts as they were released, or counts declared public. Empty: evenly.
    /// </summary>
    public IReadOnlyList<long> ClassWeights { get; init; } = [];

    /// <summary>The generator and its options.</summary>
    public required GeneratorOptions Generator { get; init; }

    /// <summary>The embedder and its options.</summary>
    public required EmbedderOptions Embedder { get; init; }

    /// <summary>Shape of every candidate.</summary>
    public required ImageShape Shape { get; init; }

    /// <summary>The evolution's knobs.</summary>
    public required EvolutionOptions Evolution { get; init; }

    /// <summary>Whether the last generation is embedded too, though nobody votes on it: its release is to be scored.</summary>
    public bool EmbedsRelease { get; init; }

    /// <summary>Candidates a shard holds at most.</summary>
    public required int CandidatesPerShard { get; init; }

    /// <summary>Seed of everything drawn on the public side.</summary>
    public required ulong Seed { get; init; }
}
