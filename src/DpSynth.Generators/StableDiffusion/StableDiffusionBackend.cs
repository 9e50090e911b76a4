using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.StableDiffusion;

/// <summary>Makes <c>stable-diffusion</c> with models of the library.</summary>
public sealed class StableDiffusionBackend(ModelLibrary models) : GeneratorBackend<StableDiffusionOptions>
{
    /// <inheritdoc/>
    protected override async ValueTask<IGenerator> CreateAsync(StableDiffusionOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StableDiffusionGenerator.Create(options, shape, await models.LoadAsync(options.Model, options.ModelHash, cancellationToken));
    }
}
