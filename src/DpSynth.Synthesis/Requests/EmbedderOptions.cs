using System.Text.Json.Serialization;
using DpSynth.Imaging;

namespace DpSynth.Synthesis.Requests;

/// <summary>The embedder a request names, with its options. Both sides of a run embed with the same one.</summary>
[JsonConverter(typeof(CatalogueNeeded<EmbedderOptions>))]
public abstract record EmbedderOptions
{
    /// <summary>The embedder.</summary>
    [JsonIgnore]
    public abstract EmbedderDescriptor Descriptor { get; }

    /// <summary>The embedder's name in requests.</summary>
    [JsonIgnore]
    public string Name => Descriptor.Name;

    /// <summary>The model it works with; null where it has none.</summary>
    [JsonIgnore]
    public virtual ModelReference? PinnedModel => null;

    /// <summary>The same with its model pinned.</summary>
    /// <param name="hash">The model's fingerprint (<see cref="Models.ModelIndex"/>).</param>
    public virtual EmbedderOptions WithModelHash(string hash) => this;

    /// <summary>What is wrong with the options for images of a shape, as one sentence; null if nothing is that can be told from the request alone.</summary>
    public virtual string? DescribeFault(ImageShape shape) => null;
}
