using System.Text.Json.Serialization;

namespace DpSynth.Synthesis.Requests;

/// <summary>The method a request names, with its options.</summary>
[JsonConverter(typeof(CatalogueNeeded<MethodOptions>))]
public abstract record MethodOptions
{
    /// <summary>The method.</summary>
    [JsonIgnore]
    public abstract MethodDescriptor Descriptor { get; }

    /// <summary>What a run asks of the generator, told from its request alone.</summary>
    [JsonIgnore]
    public abstract ImageWork Work { get; }

    /// <summary>What is wrong with the options for the rest of the request, as one sentence; null if nothing is.</summary>
    public virtual string? DescribeFault(RunRequest request) => null;
}

/// <summary>What a run asks of its generator.</summary>
/// <param name="Draws">Images made from nothing but words and numbers.</param>
/// <param name="Variations">Images made from other images.</param>
public sealed record ImageWork(long Draws, long Variations)
{
    /// <summary>Images in all.</summary>
    public long Images => Draws + Variations;
}
