using System.Text.Json.Serialization;

namespace DpSynth.Synthesis.Requests;

/// <summary>The embedder a request names, with its options. Both sides of a run embed with the same one.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "name")]
[JsonDerivedType(typeof(PixelsOptions), PixelsOptions.EmbedderName)]
public abstract record EmbedderOptions;

/// <summary>The embedder <c>pixels</c>: the image itself, optionally blurred and scaled down. It has learnt nothing from any data.</summary>
public sealed record PixelsOptions : EmbedderOptions
{
    /// <summary>The name in requests.</summary>
    public const string EmbedderName = "pixels";

    /// <summary>Standard deviation of a Gaussian blur in pixels before scaling, 0 for none. 0 to 16.</summary>
    public double Blur { get; init; }

    /// <summary>Whole factor by which width and height are averaged down, 1 for none. 1 to 16.</summary>
    public int Downscale { get; init; } = 1;
}
