using System.Collections.Concurrent;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Imaging;
using DpSynth.Models.Embedding;
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
    private readonly ConcurrentDictionary<(OnnxImageOptions Options, string Fingerprint), Lazy<ImageEncoder>> _encoders = new();

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
        if (options is IEmbedsWithoutModel free)
        {
            return free.CreateEmbedder(shape);
        }

        if (options is not OnnxImageOptions onnx)
        {
            throw new NotSupportedException($"There is no embedder '{options.Name}' here.");
        }

        var model = await models.OpenAsync(onnx.Model, onnx.ModelHash, cancellationToken);
        try
        {
            var encoder = Encoder(onnx with { ModelHash = null }, model);
            return new OnnxImageEmbedder(encoder.For(shape), encoder.Model.Provider);
        }
        catch (Exception fault) when (fault is ModelFolderException or InferenceException)
        {
            throw new NotSupportedException(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var encoder in _encoders.Values.Where(encoder => encoder.IsValueCreated))
        {
            encoder.Value.Dispose();
        }
    }

    private ImageEncoder Encoder(OnnxImageOptions options, LocalModel model)
    {
        var key = (options, model.Fingerprint);
        var encoder = _encoders.GetOrAdd(key, _ => new Lazy<ImageEncoder>(() => Open(options, model.Folder)));
        try
        {
            return encoder.Value;
        }
        catch
        {
            // A model that arrives later, or a GPU that comes free, is found at the next try.
            _encoders.TryRemove(KeyValuePair.Create(key, encoder));
            throw;
        }
    }

    private ImageEncoder Open(OnnxImageOptions options, string folder) => ImageEncoder.Open(
        ImageModelFolder.Open(folder),
        inference,
        options.Output,
        options.Pooling == TokenPooling.Mean ? TokenReduction.Mean : TokenReduction.First);
}
