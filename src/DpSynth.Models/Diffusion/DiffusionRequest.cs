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

    /// <summary>The request for some of the images alone, from seeds that follow from theirs.</summary>
    internal DiffusionRequest Redraw(IReadOnlyList<int> images, int attempt) => this with
    {
        Seeds = images.Select(image => Mix(Seeds.Span[image] + ((ulong)attempt * 0x9E3779B97F4A7C15))).ToArray(),
        ConditioningOf = ConditioningOf.IsEmpty ? ConditioningOf : images.Select(image => ConditioningOf.Span[image]).ToArray(),
        Start = Start is { } start ? start with { ImageOf = images.Select(image => start.ImageOf.Span[image]).ToArray() } : null,
    };

    // SplitMix64's finalizer (Steele, Lea and Flood, OOPSLA 2014).
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
