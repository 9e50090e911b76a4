using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// What workers need to know of a run, and all they get to know: written once into the candidate store when the run's budget is reserved.
/// </summary>
public sealed record GenerationRecipe
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The classes' names in order, or one null for an unconditional run.</summary>
    public required IReadOnlyList<string?> Classes { get; init; }

    /// <summary>
    /// How a population is divided among the classes: noisy counts as they were measured, or counts declared public. Empty: evenly.
    /// </summary>
    public IReadOnlyList<long> ClassWeights { get; init; } = [];

    /// <summary>The generator and its options.</summary>
    public required GeneratorOptions Generator { get; init; }

    /// <summary>The embedder and its options.</summary>
    public required EmbedderOptions Embedder { get; init; }

    /// <summary>Shape of every candidate.</summary>
    public required ImageShape Shape { get; init; }

    /// <summary>What is made, generation after generation.</summary>
    public required IReadOnlyList<GenerationStep> Steps { get; init; }

    /// <summary>Candidates a shard holds at most.</summary>
    public required int CandidatesPerShard { get; init; }

    /// <summary>Seed of everything drawn on the public side.</summary>
    public required ulong Seed { get; init; }
}

/// <summary>What workers make of one generation: the first is drawn at random, a later one varies its parents.</summary>
public sealed record GenerationStep
{
    /// <summary>Candidates over all classes.</summary>
    public required int Candidates { get; init; }

    /// <summary>The fewest candidates of a class, however small its share. At least 1.</summary>
    public int MinPerClass { get; init; } = 1;

    /// <summary>Rounds of variation after a random draw.</summary>
    public int Folds { get; init; }

    /// <summary>How far candidates are moved: in each of the folds, or from their parents.</summary>
    public required VariationDegree Degree { get; init; }

    /// <summary>How its candidates are embedded; null if they are not.</summary>
    public Lookahead? Lookahead { get; init; }
}

/// <summary>How a candidate is embedded (arXiv 2305.15560, section 4.2).</summary>
/// <param name="Variations">K: fresh variations whose embeddings are averaged; 0 for the candidate's own.</param>
/// <param name="Degree">How far they move.</param>
public sealed record Lookahead(int Variations, VariationDegree Degree);
