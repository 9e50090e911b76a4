using DpSynth.Embedders.OnnxImage;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Embedders;

/// <summary>
/// Makes every embedder: those without a model (<see cref="IEmbedsWithoutModel"/>), the others from this machine's models, each of
/// which is loaded once and stays. Thread-safe.
/// </summary>
/// <param name="models">Brings models to this machine.</param>
/// <param name="inference">What executes them.</param>
public sealed class ModelEmbedderFactory(IModelSource models, InferenceOptions inference) : IEmbedderFactory, IDisposable
{
    private readonly IEmbedderBackend[] _backends = [new OnnxImageBackend(models, inference)];

    /// <summary>Makes a factory for the models of a directory.</summary>
    public ModelEmbedderFactory(ModelDirectory models, InferenceOptions inference)
        : this(new LocalModels(models.Path), inference)
    {
    }

    /// <summary>Makes the factory that the section <c>Models</c> describes.</summary>
    /// <param name="configuration">Holds the section.</param>
    /// <param name="models">Brings models to this machine; null for those of the section's directory alone.</param>
    public static ModelEmbedderFactory FromConfiguration(IConfiguration configuration, IModelSource? models = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = configuration.GetSection(ModelOptions.SectionName).Get<ModelOptions>() ?? new ModelOptions();
        return new ModelEmbedderFactory(models ?? new LocalModels(options.OpenDirectory().Path), options.ToInferenceOptions());
    }

    /// <inheritdoc/>
    public async ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is IEmbedsWithoutModel free)
        {
            return free.CreateEmbedder(shape);
        }

        var backend = Array.Find(_backends, backend => backend.Options == options.GetType())
            ?? throw new NotSupportedException($"There is no embedder '{options.Name}' here.");
        return await backend.CreateAsync(options, shape, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_backends, backend => backend.Dispose());
}
