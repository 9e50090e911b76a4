using DpSynth.Imaging;

namespace DpSynth.Synthesis.Embedding;

/// <summary>Maps images into the space in which votes find their nearest candidate. Deterministic and thread-safe.</summary>
public interface IEmbedder
{
    /// <summary>Length of one embedding, at least 1.</summary>
    int Dimension { get; }

    /// <summary>What really executes its model: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>; null for embedders without one.</summary>
    string? Provider => null;

    /// <summary>Embeds every image of <paramref name="images"/>.</summary>
    /// <param name="images">The images; all of the run's shape.</param>
    /// <param name="destination">Receives <c>[images.Count, Dimension]</c> values, row-major.</param>
    /// <param name="cancellationToken">Stops the work between batches.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not count × dimension long.</exception>
    ValueTask EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken);
}
