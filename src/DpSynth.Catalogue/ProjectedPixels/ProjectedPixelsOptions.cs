using System.Text.Json.Serialization;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.ProjectedPixels;

/// <summary>
/// The embedder <c>projected-pixels</c>: what <c>pixels</c> gives, times a fixed random matrix of signs. It has learnt nothing from any data.
/// </summary>
public sealed record ProjectedPixelsOptions : EmbedderOptions, IEmbedsWithoutModel
{
    /// <summary>Most values of the matrix: 512 MiB.</summary>
    public const long MaxValues = 1L << 27;

    /// <summary>Length of an embedding. 1 to 4,096.</summary>
    public int Dimension { get; init; } = 128;

    /// <summary>Seed of the matrix.</summary>
    public int Seed { get; init; }

    /// <inheritdoc cref="PixelsOptions.Blur"/>
    public double Blur { get; init; }

    /// <inheritdoc cref="PixelsOptions.Downscale"/>
    public int Downscale { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override EmbedderDescriptor Descriptor => ProjectedPixelsDescriptor.Instance;

    /// <inheritdoc/>
    public IEmbedder CreateEmbedder(ImageShape shape) => new ProjectedPixelEmbedder(this, shape);

    /// <inheritdoc/>
    public override string? DescribeFault(ImageShape shape)
    {
        var pixels = (long)((shape.Width + Downscale - 1) / Downscale) * ((shape.Height + Downscale - 1) / Downscale) * shape.Channels;
        return Dimension * pixels <= MaxValues
            ? null
            : $"'embedder.options' ask for a projection from {pixels} to {Dimension} values, more than {MaxValues} in all; raise 'downscale' or lower "
                + "'dimension'.";
    }
}

/// <summary>The embedder <c>projected-pixels</c> among what requests can name, and the reader of its options.</summary>
public static class ProjectedPixelsDescriptor
{
    private static readonly Field<int> _dimension = Field.Integer(
        "dimension", 128, 1, 4096, "length of an embedding. Times the number of values before the projection at most 134,217,728");

    private static readonly Field<int> _seed = Field.Integer("seed", 0, 0, int.MaxValue, "of the matrix, which depends on nothing else");

    /// <summary>The embedder.</summary>
    public static EmbedderDescriptor Instance { get; } = new()
    {
        Name = "projected-pixels",
        Summary = "What 'pixels' gives, times a fixed random matrix of signs: fewer values to compare.",
        Options = typeof(ProjectedPixelsOptions),
        Fields = [_dimension, _seed, PixelsDescriptor.Blur, PixelsDescriptor.Downscale],
        Read = static fields => fields is null
            ? new ProjectedPixelsOptions()
            : new ProjectedPixelsOptions
            {
                Dimension = _dimension.Of(fields),
                Seed = _seed.Of(fields),
                Blur = PixelsDescriptor.Blur.Of(fields),
                Downscale = PixelsDescriptor.Downscale.Of(fields),
            },
    };
}
