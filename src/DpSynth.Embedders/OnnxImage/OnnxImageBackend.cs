using System.Collections.Concurrent;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Imaging;
using DpSynth.Models.Embedding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Embedders.OnnxImage;

/// <summary>Makes <c>onnx-image</c>; each model is loaded once and stays. Thread-safe.</summary>
/// <param name="models">Brings models to this machine.</param>
/// <param name="inference">What executes them.</param>
internal sealed class OnnxImageBackend(IModelSource models, InferenceOptions inference) : IEmbedderBackend
{
    private readonly ConcurrentDictionary<(OnnxImageOptions Options, string Fingerprint), Lazy<ImageEncoder>> _encoders = new();

    /// <inheritdoc/>
    public Type Options => typeof(OnnxImageOptions);

    /// <inheritdoc/>
    public async ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        var onnx = (OnnxImageOptions)options;
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
