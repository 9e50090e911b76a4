using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Embedding;

/// <summary>Makes the embedder that a request names.</summary>
public interface IEmbedderFactory
{
    /// <summary>Makes the embedder for images of <paramref name="shape"/>; both sides of a run make it from the same options.</summary>
    /// <exception cref="NotSupportedException">This machine cannot make it; the message says in one sentence why.</exception>
    IEmbedder Create(EmbedderOptions options, ImageShape shape);
}
