using System.Numerics;
using System.Runtime.InteropServices;
using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Catalogue.Pixels;

/// <summary>
/// The embedder <c>pixels</c>: values scaled from 0..255 to 0..1, blurred with a Gaussian, averaged down over squares. Both steps are
/// linear and separable, so that they are one band of weights a row and one a column.
/// </summary>
/// <remarks>
/// Output <c>[⌈height/downscale⌉, ⌈width/downscale⌉, channels]</c>. Beyond its edge an image counts as going on with its edge pixels;
/// squares at the right and lower edge average the pixels there are.
/// </remarks>
public sealed class PixelEmbedder : IEmbedder
{
    private const int ImagesAtOnce = 256;

    private readonly ImageShape shape;
    private readonly Band[] rows;
    private readonly Band[] columns;
    private readonly bool plain;

    /// <summary>Makes the embedder for images of <paramref name="shape"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public PixelEmbedder(PixelsOptions options, ImageShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Downscale, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Blur, nameof(options));
        this.shape = shape;
        rows = Band.BlurThenAverage(shape.Height, options.Blur, options.Downscale);
        columns = Band.BlurThenAverage(shape.Width, options.Blur, options.Downscale);
        plain = options is { Downscale: 1, Blur: 0 };
    }

    /// <inheritdoc/>
    public int Dimension => rows.Length * columns.Length * shape.Channels;

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
                Embed(images.Slice(start, count), destination.Span.Slice(start * Dimension, count * Dimension));
            });
        return ValueTask.CompletedTask;
    }

    /// <summary>Embeds images on the caller's thread.</summary>
    internal void Embed(ImageBatch images, Span<float> destination)
    {
        var scratch = new float[shape.Width * shape.Channels];
        for (var i = 0; i < images.Count; i++)
        {
            Embed(images[i], destination.Slice(i * Dimension, Dimension), scratch);
        }
    }

    private void Embed(ReadOnlySpan<byte> image, Span<float> embedding, Span<float> blurredRow)
    {
        if (plain)
        {
            AddScaled(image, 1 / 255f, embedding, clear: true);
            return;
        }

        var rowLength = shape.Width * shape.Channels;
        for (var y = 0; y < rows.Length; y++)
        {
            var band = rows[y];
            for (var i = 0; i < band.Weights.Length; i++)
            {
                AddScaled(image.Slice((band.Start + i) * rowLength, rowLength), band.Weights[i] / 255f, blurredRow, clear: i == 0);
            }

            var target = embedding.Slice(y * columns.Length * shape.Channels, columns.Length * shape.Channels);
            for (var x = 0; x < columns.Length; x++)
            {
                var column = columns[x];
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    var sum = 0f;
                    for (var i = 0; i < column.Weights.Length; i++)
                    {
                        sum += column.Weights[i] * blurredRow[((column.Start + i) * shape.Channels) + channel];
                    }

                    target[(x * shape.Channels) + channel] = sum;
                }
            }
        }
    }

    /// <summary>target (+)= factor · source.</summary>
    private static void AddScaled(ReadOnlySpan<byte> source, float factor, Span<float> target, bool clear)
    {
        var i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            var targets = MemoryMarshal.Cast<float, Vector<float>>(target.Slice(i, Vector<byte>.Count));
            targets[0] = Scaled(a, factor, targets[0], clear);
            targets[1] = Scaled(b, factor, targets[1], clear);
            targets[2] = Scaled(c, factor, targets[2], clear);
            targets[3] = Scaled(d, factor, targets[3], clear);
        }

        for (; i < source.Length; i++)
        {
            target[i] = (source[i] * factor) + (clear ? 0 : target[i]);
        }
    }

    private static Vector<float> Scaled(Vector<uint> values, float factor, Vector<float> before, bool clear)
    {
        var scaled = Vector.ConvertToSingle(Vector.AsVectorInt32(values)) * factor;
        return clear ? scaled : before + scaled;
    }
}
