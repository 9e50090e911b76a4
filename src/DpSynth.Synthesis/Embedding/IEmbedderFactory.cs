using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Embedding;

/// <summary>Makes the embedder that a request names.</summary>
public interface IEmbedderFactory
{
    /// <summary>Makes the embedder for images of <paramref name="shape"/>; both sides of a run make it from the same options.</summary>
    /// <param name="options">The embedder and its options.</param>
    /// <param name="shape">The images' shape.</param>
    /// <param name="cancellationToken">Stops the work; a model may have to be fetched first.</param>
    /// <exception cref="NotSupportedException">
    /// This machine cannot make it; the message says in one sentence why. A <see cref="Models.ModelUnavailableException"/> where its model is
    /// missing, or not the one that the options pin.
    /// </exception>
    ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken);
}
