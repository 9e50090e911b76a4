using DpSynth.Generators.DrawText;
using DpSynth.Generators.NearestImage;
using DpSynth.Generators.OpenAIImages;
using DpSynth.Generators.StableDiffusion;
using DpSynth.Synthesis.Generation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DpSynth.Generators;

/// <summary>Registers the backends of this room.</summary>
public static class GeneratorServices
{
    /// <summary>
    /// Registers <see cref="IGeneratorFactory"/> over all backends; what these work with (<see cref="IPublicImageSource"/>, <see cref="FontCatalogue"/>,
    /// <see cref="ModelLibrary"/>, <see cref="ImageApi"/>) must be registered too.
    /// </summary>
    public static IServiceCollection AddGenerators(this IServiceCollection services)
    {
        services.AddSingleton<IGeneratorBackend, DrawTextBackend>();
        services.AddSingleton<IGeneratorBackend, NearestImageBackend>();
        services.AddSingleton<IGeneratorBackend, StableDiffusionBackend>();
        services.AddSingleton<IGeneratorBackend, OpenAIImagesBackend>();
        services.TryAddSingleton<IGeneratorFactory, GeneratorFactory>();
        return services;
    }
}
