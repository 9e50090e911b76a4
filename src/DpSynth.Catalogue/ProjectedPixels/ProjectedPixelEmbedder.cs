using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Numerics.LinearAlgebra;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Catalogue.ProjectedPixels;

/// <summary>
/// The embedder <c>projected-pixels</c>: the values of <see cref="PixelEmbedder"/> times a fixed random matrix, which keeps distances on
/// average while there are fewer values to compare.
/// </summary>
/// <remarks>
/// The matrix R, <c>[dimension, pixels]</c>, holds +1/√dimension and −1/√dimension, each with probability ½ (Achlioptas, "Database-friendly random
/// projections", 2003, theorem 1.1): E‖Rx‖² = ‖x‖², and for n points every distance keeps within a factor of 1 ± ε, up to a failure
/// probability of 1/n, once dimension ≥ 6 ln n / (ε²/2 − ε³/3). The sign of R[i, 64 w + b] is bit b of the w-th number of the
/// generator derived from (seed, i), 1 for plus; it depends on nothing else.
/// </remarks>
public sealed class ProjectedPixelEmbedder : IEmbedder, IDisposable
{
    private const int ImagesAtOnce = 64;

    private readonly ImageShape shape;
    private readonly PixelEmbedder pixels;
    private readonly MatrixProduct projection;

    /// <summary>Makes the embedder for images of <paramref name="shape"/>.</summary>
    /// <exception cref="ArgumentException">An option is outside its range for this shape.</exception>
    public ProjectedPixelEmbedder(ProjectedPixelsOptions options, ImageShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Dimension, 1, nameof(options));
        if (options.DescribeFault(shape) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        this.shape = shape;
        Dimension = options.Dimension;
        pixels = new PixelEmbedder(new PixelsOptions { Blur = options.Blur, Downscale = options.Downscale }, shape);
        projection = new MatrixProduct(Matrix(options.Seed, options.Dimension, pixels.Dimension), pixels.Dimension);
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public ValueTask EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken)
    {
        EmbedderContract.Check(images, shape, Dimension, destination);
        Parallel.For(
            0,
            (images.Count + ImagesAtOnce - 1) / ImagesAtOnce,
            new ParallelOptions { CancellationToken = cancellationToken },
            block =>
            {
                var start = block * ImagesAtOnce;
                var count = Math.Min(ImagesAtOnce, images.Count - start);
                var values = new float[count * pixels.Dimension];
                pixels.Embed(images.Slice(start, count), values);
                projection.Multiply(values, destination.Span.Slice(start * Dimension, count * Dimension));
            });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => projection.Dispose();

    private static float[] Matrix(int seed, int rows, int columns)
    {
        var magnitude = (float)(1 / Math.Sqrt(rows));
        var matrix = new float[rows * columns];
        for (var row = 0; row < rows; row++)
        {
            var random = new SeededRandom(SeededRandom.Derive((ulong)seed, (ulong)row));
            var signs = 0UL;
            for (var column = 0; column < columns; column++, signs >>= 1)
            {
                signs = column % 64 == 0 ? random.NextUInt64() : signs;
                matrix[(row * columns) + column] = (signs & 1) == 1 ? magnitude : -magnitude;
            }
        }

        return matrix;
    }
}
