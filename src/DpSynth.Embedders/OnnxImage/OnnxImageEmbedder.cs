using DpSynth.Imaging;
using DpSynth.Models.Embedding;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Embedders.OnnxImage;

/// <summary>The embedder <c>onnx-image</c>: an image model for images of one shape.</summary>
internal sealed class OnnxImageEmbedder(ImageEmbedding embedding, ExecutionProvider provider) : IEmbedder
{
    /// <inheritdoc/>
    public int Dimension => embedding.Dimension;

    /// <inheritdoc/>
    public string Provider { get; } = provider.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public async ValueTask EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken) =>
        await embedding.EmbedAsync(images, destination, cancellationToken);
}
