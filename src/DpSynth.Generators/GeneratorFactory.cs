using DpSynth.Generators.DrawText;
using DpSynth.Generators.NearestImage;
using DpSynth.Generators.OpenAIImages;
using DpSynth.Generators.StableDiffusion;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Requests.OpenAIImages;

namespace DpSynth.Generators;

/// <summary>Makes the generators of this room. Keeps what they share: the glyph masters drawn so far. Thread-safe.</summary>
/// <param name="publicImages">Where <c>nearest-image</c> finds its sets.</param>
/// <param name="fonts">The fonts of <c>draw-text</c>.</param>
/// <param name="models">The models of <c>stable-diffusion</c>.</param>
/// <param name="imageApi">The API of <c>openai-images</c>; null where none is asked.</param>
public sealed class GeneratorFactory(IPublicImageSource publicImages, FontCatalogue fonts, ModelLibrary models, ImageApi? imageApi = null) : IGeneratorFactory
{
    private readonly GlyphLibrary _glyphs = new();

    /// <inheritdoc/>
    /// <exception cref="GenerationException">The model is missing or not the one the run pinned, cannot be loaded, or makes no images of that shape.</exception>
    /// <exception cref="ArgumentException">The options are invalid, or name a font that does not ship.</exception>
    public async ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        if (options.DescribeFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        return options switch
        {
            DrawTextOptions drawText => new DrawTextGenerator(drawText, shape, fonts.Select(drawText.Fonts), _glyphs),
            NearestImageOptions nearest => new NearestImageGenerator(await publicImages.LoadAsync(nearest.PublicSet, shape, cancellationToken)),
            StableDiffusionOptions diffusion => StableDiffusionGenerator.Create(diffusion, shape, await models.LoadAsync(diffusion.Model, diffusion.ModelHash, cancellationToken)),
            OpenAIImagesOptions images when imageApi is not null => await imageApi.CreateGeneratorAsync(images, shape),
            _ => throw new NotSupportedException($"This worker has no generator for {options.GetType().Name}."),
        };
    }
}
