using System.Text.Json.Serialization;
using DpSynth.Imaging;

namespace DpSynth.Synthesis.Requests;

/// <summary>The embedder a request names, with its options. Both sides of a run embed with the same one.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "name")]
[JsonDerivedType(typeof(PixelsOptions), PixelsOptions.EmbedderName)]
[JsonDerivedType(typeof(ProjectedPixelsOptions), ProjectedPixelsOptions.EmbedderName)]
[JsonDerivedType(typeof(OnnxImageOptions), OnnxImageOptions.EmbedderName)]
public abstract record EmbedderOptions
{
    /// <summary>What is wrong with the options for images of a shape, as one sentence; null if nothing is that can be told from the request alone.</summary>
    public virtual string? DescribeFault(ImageShape shape) => null;
}

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

/// <summary>
/// The embedder <c>projected-pixels</c>: what <c>pixels</c> gives, times a fixed random matrix of signs. It has learnt nothing from any data.
/// </summary>
public sealed record ProjectedPixelsOptions : EmbedderOptions
{
    /// <summary>The name in requests.</summary>
    public const string EmbedderName = "projected-pixels";

    /// <summary>Most values of the matrix: 512 MiB.</summary>
    public const long MaximumValues = 1L << 27;

    /// <summary>Length of an embedding. 1 to 4,096.</summary>
    public int Dimension { get; init; } = 128;

    /// <summary>Seed of the matrix.</summary>
    public int Seed { get; init; }

    /// <inheritdoc cref="PixelsOptions.Blur"/>
    public double Blur { get; init; }

    /// <inheritdoc cref="PixelsOptions.Downscale"/>
    public int Downscale { get; init; } = 1;

    /// <inheritdoc/>
    public override string? DescribeFault(ImageShape shape)
    {
        var pixels = (long)((shape.Width + Downscale - 1) / Downscale) * ((shape.Height + Downscale - 1) / Downscale) * shape.Channels;
        return Dimension * pixels <= MaximumValues
            ? null
            : $"'embedder.options' ask for a projection from {pixels} to {Dimension} values, more than {MaximumValues} in all; raise 'downscale' or lower 'dimension'.";
    }
}

/// <summary>The embedder <c>onnx-image</c>: an image model in ONNX with its <c>preprocessor_config.json</c>.</summary>
public sealed record OnnxImageOptions : EmbedderOptions
{
    /// <summary>The name in requests.</summary>
    public const string EmbedderName = "onnx-image";

    /// <summary>Name of the model, a folder in the models directory of function app and worker, or in the container <c>models</c>; see <see cref="ModelName"/>.</summary>
    public required string Model { get; init; }

    /// <summary>The model's fingerprint (<see cref="Models.ModelIndex"/>): both sides refuse any other model of the name. Null until the run is planned, unless the request states it.</summary>
    public string? ModelHash { get; init; }

    /// <summary>The output taken; null for <c>image_embeds</c>, <c>pooler_output</c>, <c>last_hidden_state</c> or the first, whichever is there.</summary>
    public string? Output { get; init; }

    /// <summary>How an output with a vector for each token becomes one vector.</summary>
    public TokenPooling Pooling { get; init; } = TokenPooling.Class;
}

/// <summary>How an output with a vector for each token becomes one vector.</summary>
public enum TokenPooling
{
    /// <summary>The first token's vector, which in CLIP and DINO is the class token's.</summary>
    Class,

    /// <summary>The mean over all tokens.</summary>
    Mean,
}
