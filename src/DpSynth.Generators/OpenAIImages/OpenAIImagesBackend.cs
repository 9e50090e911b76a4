using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.OpenAIImages;

/// <summary>Makes <c>openai-images</c> over the worker's image API.</summary>
public sealed class OpenAIImagesBackend(ImageApi api) : GeneratorBackend<OpenAIImagesOptions>
{
    /// <inheritdoc/>
    protected override async ValueTask<IGenerator> CreateAsync(OpenAIImagesOptions options, ImageShape shape, CancellationToken cancellationToken) =>
        await api.CreateGeneratorAsync(options, shape);
}
