using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Evaluation.Classification;

/// <summary>Gives an image the class of the training image nearest to it in raw pixels, by Euclidean distance.</summary>
public sealed class NearestNeighbourClassifier
{
    private readonly PixelEmbedder embedder;
    private readonly EmbeddingMatrix training;
    private readonly byte[] labels;

    private NearestNeighbourClassifier(PixelEmbedder embedder, EmbeddingMatrix training, byte[] labels)
    {
        this.embedder = embedder;
        this.training = training;
        this.labels = labels;
    }

    /// <summary>Embeds the training images.</summary>
    public static async Task<NearestNeighbourClassifier> TrainAsync(LabelledImages training, CancellationToken cancellationToken = default)
    {
        var pixels = new PixelEmbedder(new PixelsOptions(), training.Images.Shape);
        return new NearestNeighbourClassifier(pixels, await EmbedAsync(pixels, training.Images, cancellationToken), training.Labels);
    }

    /// <summary>The class of each image.</summary>
    /// <exception cref="ArgumentException">The images' shape is not that of the training images.</exception>
    public async Task<byte[]> PredictAsync(ImageBatch images, CancellationToken cancellationToken = default)
    {
        var queries = await EmbedAsync(embedder, images, cancellationToken);
        var nearest = NearestNeighbours.Find(queries, training, Metric.L2, cancellationToken: cancellationToken);
        return Array.ConvertAll(nearest.Indices, index => labels[index]);
    }

    private static async Task<EmbeddingMatrix> EmbedAsync(PixelEmbedder embedder, ImageBatch images, CancellationToken cancellationToken)
    {
        var matrix = new EmbeddingMatrix(images.Count, embedder.Dimension);
        await embedder.EmbedAsync(images, matrix.Memory, cancellationToken);
        return matrix;
    }
}
