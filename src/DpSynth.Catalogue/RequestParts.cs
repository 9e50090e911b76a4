using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.ProjectedPixels;
using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue;

/// <summary>Everything that requests can name, in one list each. What is added here is read, stored, documented and offered by the command.</summary>
public static class RequestParts
{
    /// <summary>The methods.</summary>
    public static IReadOnlyList<MethodDescriptor> Methods { get; } = [EvolutionDescriptor.Instance];

    /// <summary>The generators.</summary>
    public static IReadOnlyList<GeneratorDescriptor> Generators { get; } =
        [DrawTextDescriptor.Instance, NearestImageDescriptor.Instance, StableDiffusionDescriptor.Instance, OpenAIImagesDescriptor.Instance];

    /// <summary>The embedders.</summary>
    public static IReadOnlyList<EmbedderDescriptor> Embedders { get; } =
        [PixelsDescriptor.Instance, ProjectedPixelsDescriptor.Instance, OnnxImageDescriptor.Instance];

    /// <summary>All of them.</summary>
    public static RequestCatalogue Catalogue { get; } = new(Methods, Generators, Embedders);

    /// <summary>Reads requests that name them.</summary>
    public static RunRequestReader Reader { get; } = new(Catalogue);

    /// <summary>The JSON of records that name them.</summary>
    public static RequestJson Json { get; } = new(Catalogue);
}
