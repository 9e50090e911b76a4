using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Testing.InMemory;

/// <summary>Makes the embedders that need no model.</summary>
public sealed class ModelFreeEmbedders : IEmbedderFactory
{
    /// <inheritdoc/>
    public ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Create(options, shape));

    /// <summary>The same at once: there is nothing to wait for.</summary>
    public static IEmbedder Create(EmbedderOptions options, ImageShape shape) => options is IEmbedsWithoutModel free
        ? free.CreateEmbedder(shape)
        : throw new NotSupportedException($"'{options.Name}' needs a model.");
}
