using System.Collections.Concurrent;
using DpSynth.Imaging;
using DpSynth.Models.Embedding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Embedders;

/// <summary>
/// Makes every embedder: those without a model through <see cref="EmbedderFactory"/>, the others from this machine's models, each of
/// which is loaded once and stays. Thread-safe.
/// </summary>
public sealed class ModelEmbedderFactory(ModelDirectory models, InferenceOptions inference) : IEmbedderFactory, IDisposable
{
    private readonly EmbedderFactory _withoutModel = new();
    private readonly ConcurrentDictionary<OnnxImageOptions, Lazy<ImageEncoder>> _encoders = new();

    /// <summary>Makes the factory that the section <c>Models</c> describes.</summary>
    public static ModelEmbedderFactory FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = configuration.GetSection(ModelOptions.SectionName).Get<ModelOptions>() ?? new ModelOptions();
        return new ModelEmbedderFactory(options.OpenDirectory(), options.ToInferenceOptions());
    }

    /// <inheritdoc/>
    public IEmbedder Create(EmbedderOptions options, ImageShape shape)
    {
        if (options is not OnnxImageOptions model)
            return _withoutModel.Create(options, shape);
        try
        {
            return new OnnxImageEmbedder(Encoder(model).For(shape));
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
            encoder.Value.Dispose();
    }

    private ImageEncoder Encoder(OnnxImageOptions options)
    {
        var encoder = _encoders.GetOrAdd(options, key => new Lazy<ImageEncoder>(() => Open(key)));
        try
        {
            return encoder.Value;
        }
        catch
        {
            // A model that arrives later, or a GPU that comes free, is found at the next try.
            _encoders.TryRemove(KeyValuePair.Create(options, encoder));
            throw;
        }
    }

    private ImageEncoder Open(OnnxImageOptions options) => ImageEncoder.Open(
        ImageModelFolder.Open(models.Find(options.Model)),
        inference,
        options.Output,
        options.Pooling == TokenPooling.Mean ? TokenReduction.Mean : TokenReduction.First);
}
