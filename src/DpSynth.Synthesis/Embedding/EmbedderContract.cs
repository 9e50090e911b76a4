using DpSynth.Imaging;

namespace DpSynth.Synthesis.Embedding;

/// <summary>What every embedder asks of its arguments.</summary>
public static class EmbedderContract
{
    /// <summary>Refuses images and destinations that do not fit.</summary>
    /// <exception cref="ArgumentException">The images have another shape, or the destination another length.</exception>
    public static void Check(ImageBatch images, ImageShape shape, int dimension, Memory<float> destination)
    {
        if (images.Shape != shape)
        {
            throw new ArgumentException($"This embedder takes images of {shape}, not {images.Shape}.", nameof(images));
        }

        if (destination.Length != (long)images.Count * dimension)
        {
            throw new ArgumentException(
                $"{images.Count} embeddings of {dimension} values need a destination of {(long)images.Count * dimension}, not {destination.Length}.",
                nameof(destination));
        }
    }
}
