using System.Text.Json.Serialization;
using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.Pixels;

/// <summary>The embedder <c>pixels</c>: the image itself, optionally blurred and scaled down. It has learnt nothing from any data.</summary>
public sealed record PixelsOptions : EmbedderOptions, IEmbedsWithoutModel
{
    /// <summary>Standard deviation of a Gaussian blur in pixels before scaling, 0 for none. 0 to 16.</summary>
    public double Blur { get; init; }

    /// <summary>Whole factor by which width and height are averaged down, 1 for none. 1 to 16.</summary>
    public int Downscale { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override EmbedderDescriptor Descriptor => PixelsDescriptor.Instance;

    /// <inheritdoc/>
    public IEmbedder CreateEmbedder(ImageShape shape) => new PixelEmbedder(this, shape);
}

/// <summary>The embedder <c>pixels</c> among what requests can name, and the reader of its options.</summary>
public static class PixelsDescriptor
{
    /// <summary>The field <c>blur</c>.</summary>
    public static Field<double> Blur { get; } = Field.Number("blur", 0, 0, 16, "standard deviation of a Gaussian blur, in pixels");

    /// <summary>The field <c>downscale</c>.</summary>
    public static Field<int> Downscale { get; } = Field.Integer("downscale", 1, 1, 16, "whole factor by which width and height are averaged down");

    /// <summary>The embedder.</summary>
    public static EmbedderDescriptor Instance { get; } = new()
    {
        Name = "pixels",
        Summary = "The image itself, optionally blurred and scaled down.",
        Options = typeof(PixelsOptions),
        Fields = [Blur, Downscale],
        Read = static fields => fields is null ? new PixelsOptions() : new PixelsOptions { Blur = Blur.Of(fields), Downscale = Downscale.Of(fields) },
    };
}
