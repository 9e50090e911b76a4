using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Embedding;

/// <summary>Makes the embedders that need no model.</summary>
public sealed class EmbedderFactory : IEmbedderFactory
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options name an embedder this factory does not know.</exception>
    public ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Create(options, shape));

    /// <summary>The same at once: there is nothing to wait for.</summary>
    /// <exception cref="NotSupportedException">The options name an embedder this factory does not know.</exception>
    public static IEmbedder Create(EmbedderOptions options, ImageShape shape) => options switch
    {
        PixelsOptions pixels => new PixelEmbedder(pixels, shape),
        ProjectedPixelsOptions projected => new ProjectedPixelEmbedder(projected, shape),
        _ => throw new NotSupportedException($"There is no embedder for {options.GetType().Name} here."),
    };
}
