namespace DpSynth.Models.Diffusion;

/// <summary>Images to make.</summary>
public sealed record DiffusionRequest
{
    /// <summary>How to sample.</summary>
    public required DiffusionSettings Settings { get; init; }

    /// <summary>One seed an image: the same seed gives the same image whatever else is asked for.</summary>
    public required ReadOnlyMemory<ulong> Seeds { get; init; }

    /// <summary>The distinct conditionings, at least one; all have as many tokens.</summary>
    public required IReadOnlyList<Conditioning> Conditionings { get; init; }

    /// <summary>For each image, the index of its conditioning; empty if all take the first.</summary>
    public ReadOnlyMemory<int> ConditioningOf { get; init; }

    /// <summary>Images to start from; null for text to image.</summary>
    public InitialImages? Start { get; init; }

    internal Conditioning ConditioningAt(int image) => Conditionings[ConditioningOf.IsEmpty ? 0 : ConditioningOf.Span[image]];
}
