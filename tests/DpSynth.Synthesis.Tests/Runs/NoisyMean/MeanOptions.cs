using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Runs.NoisyMean;

/// <summary>The options of a method that measures the noisy sum of unit embeddings, and publishes images drawn at random beside it.</summary>
internal sealed record MeanOptions : MethodOptions
{
    private static readonly Field<int> _images = Field.Integer("images", 4, 1, 100, "images published");

    public static readonly MethodDescriptor Method = new()
    {
        Name = "noisy-mean",
        Summary = "The noisy mean of unit embeddings.",
        Field = "mean",
        Options = typeof(MeanOptions),
        Fields = [_images],
        Read = static fields => fields is null ? throw new RequestException("The field 'mean' is missing.") : new MeanOptions { Images = _images.Of(fields) },
    };

    public int Images { get; init; }

    [JsonIgnore]
    public override MethodDescriptor Descriptor => Method;

    [JsonIgnore]
    public override ImageWork Work => new(Images, 0);
}
