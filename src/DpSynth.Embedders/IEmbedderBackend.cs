using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Embedders;

/// <summary>Makes the embedders of one kind, which need models.</summary>
internal interface IEmbedderBackend : IDisposable
{
    /// <summary>The type of their options.</summary>
    Type Options { get; }

    /// <inheritdoc cref="IEmbedderFactory.CreateAsync"/>
    ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken);
}
