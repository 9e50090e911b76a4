using System.Numerics;
using System.Runtime.InteropServices;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Numerics.LinearAlgebra;

namespace DpSynth.Evaluation.Classification;

/// <summary>
/// One layer of convolution with random filters, two-sided soft threshold max(±z − α, 0), and sums over a grid of cells.
/// </summary>
/// <remarks>
/// Images are averaged down by a whole factor until no side is longer than 48 pixels. A patch is brought to mean 0 and unit variance
/// (plus a constant against noise) before it meets the filters, so that contrast does not count.
/// </remarks>
internal sealed class ConvolutionalFeatures : IDisposable
{
    private const int MaxSide = 48;
    private const int PatchSide = 6;
    private const int GridSide = 4;
    private const int FeatureBudget = 4_096;
    private const int SampledPatches = 40_000;
    private const double VarianceFloor = 0.02;
    private const double WhiteningFloor = 0.1;
    private const float SoftThreshold = 0.5f;

    private readonly ImageShape shape;
    private readonly ImageShape pixels;
    private readonly PixelEmbedder embedder;
    private readonly int patchHeight;
    private readonly int patchWidth;
    private readonly int[] cellOfRow;
    private readonly int[] cellOfColumn;
    private readonly int filters;
    private readonly MatrixProduct convolution;

    /// <summary>Draws the filters from patches of <paramref name="images"/>.</summary>
    public ConvolutionalFeatures(ImageBatch images, ulong seed)
    {
        shape = images.Shape;
        var downscale = (Math.Max(shape.Width, shape.Height) + MaxSide - 1) / MaxSide;
        embedder = new PixelEmbedder(new PixelsOptions { Downscale = downscale }, shape);
        pixels = new ImageShape((shape.Width + downscale - 1) / downscale, (shape.Height + downscale - 1) / downscale, shape.Channels);
        patchHeight = Math.Min(PatchSide, pixels.Height);
        patchWidth = Math.Min(PatchSide, pixels.Width);
        cellOfRow = Cells(pixels.Height - patchHeight + 1);
        cellOfColumn = Cells(pixels.Width - patchWidth + 1);
        filters = FeatureBudget / 2 / CellCount;
        var random = new SeededRandom(seed);
        convolution = new MatrixProduct(
            PatchWhitening.Filters(SamplePatches(images, ref random), PatchLength, filters, WhiteningFloor, ref random), PatchLength);
    }

    /// <summary>Features of an image.</summary>
    public int Dimension => 2 * filters * CellCount;

    private int CellCount => (cellOfRow[^1] + 1) * (cellOfColumn[^1] + 1);

    private int PatchLength => patchHeight * patchWidth * pixels.Channels;

    private int Positions => cellOfRow.Length * cellOfColumn.Length;

    /// <summary>Computes <c>[images.Count, Dimension]</c> features.</summary>
    public void Compute(ImageBatch images, Memory<float> destination)
    {
        var values = Scaled(images);
        using var scratches = new ThreadLocal<(float[] Patches, float[] Responses)>(
            () => (new float[Positions * PatchLength], new float[Positions * filters]));
        Parallel.For(0, images.Count, i =>
        {
            var (patches, responses) = scratches.Value;
            var image = values.AsSpan(i * pixels.ByteCount, pixels.ByteCount);
            for (var position = 0; position < Positions; position++)
            {
                CutPatch(image, position / cellOfColumn.Length, position % cellOfColumn.Length, patches.AsSpan(position * PatchLength, PatchLength));
            }

            convolution.Multiply(patches, responses);
            Pool(responses, destination.Span.Slice(i * Dimension, Dimension));
        });
    }

    public void Dispose() => convolution.Dispose();

    /// <summary>The cell each position belongs to along one side.</summary>
    private static int[] Cells(int positions)
    {
        var cells = Math.Min(GridSide, positions);
        return [.. Enumerable.Range(0, positions).Select(position => position * cells / positions)];
    }

    private float[] Scaled(ImageBatch images)
    {
        var values = new float[images.Count * embedder.Dimension];
        embedder.EmbedAsync(images, values, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return values;
    }

    private float[] SamplePatches(ImageBatch images, ref SeededRandom random)
    {
        var patches = new float[SampledPatches * PatchLength];
        for (var start = 0; start < SampledPatches; start += 8)
        {
            var values = Scaled(images.Slice(random.NextInt(images.Count), 1));
            for (var i = start; i < start + 8; i++)
            {
                CutPatch(values, random.NextInt(cellOfRow.Length), random.NextInt(cellOfColumn.Length), patches.AsSpan(i * PatchLength, PatchLength));
            }
        }

        return patches;
    }

    private void CutPatch(ReadOnlySpan<float> image, int top, int left, Span<float> patch)
    {
        var run = patchWidth * pixels.Channels;
        var (sum, squares) = (0f, 0f);
        for (var y = 0; y < patchHeight; y++)
        {
            var source = image.Slice((((top + y) * pixels.Width) + left) * pixels.Channels, run);
            source.CopyTo(patch[(y * run)..]);
            foreach (var value in source)
            {
                sum += value;
                squares += value * value;
            }
        }

        var mean = sum / patch.Length;
        var scale = 1 / MathF.Sqrt(Math.Max(0, (squares / patch.Length) - (mean * mean)) + (float)VarianceFloor);
        for (var i = 0; i < patch.Length; i++)
        {
            patch[i] = (patch[i] - mean) * scale;
        }
    }

    private void Pool(ReadOnlySpan<float> responses, Span<float> features)
    {
        features.Clear();
        var threshold = new Vector<float>(SoftThreshold);
        for (var position = 0; position < Positions; position++)
        {
            var cell = (cellOfRow[position / cellOfColumn.Length] * (cellOfColumn[^1] + 1)) + cellOfColumn[position % cellOfColumn.Length];
            var response = responses.Slice(position * filters, filters);
            var positive = features.Slice(cell * 2 * filters, filters);
            var negative = features.Slice((cell * 2 * filters) + filters, filters);
            var i = 0;
            for (; i <= filters - Vector<float>.Count; i += Vector<float>.Count)
            {
                var value = new Vector<float>(response[i..]);
                MemoryMarshal.Cast<float, Vector<float>>(positive[i..])[0] += Vector.Max(value - threshold, Vector<float>.Zero);
                MemoryMarshal.Cast<float, Vector<float>>(negative[i..])[0] += Vector.Max(-value - threshold, Vector<float>.Zero);
            }

            for (; i < filters; i++)
            {
                positive[i] += Math.Max(response[i] - SoftThreshold, 0);
                negative[i] += Math.Max(-response[i] - SoftThreshold, 0);
            }
        }
    }
}
