namespace DpSynth.Imaging;

/// <summary>
/// Images of one shape in one block of memory, laid out <c>[count, height, width, channels]</c>, one byte a sample, 0 to 255,
/// sRGB or grey.
/// </summary>
public sealed class ImageBatch
{
    /// <summary>Makes a batch of <paramref name="count"/> black images.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1.</exception>
    /// <exception cref="OverflowException"><paramref name="count"/> is negative, or an image has more than 2³¹ − 1 bytes.</exception>
    /// <exception cref="OutOfMemoryException">The batch has more bytes than an array holds.</exception>
    public ImageBatch(ImageShape shape, int count)
        : this(shape, count, new byte[checked((long)count * shape.ByteCount)])
    {
    }

    /// <summary>Wraps existing pixels; the batch uses the memory, it makes no copy.</summary>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is not exactly count × shape bytes long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1, or <paramref name="count"/> is negative.</exception>
    public ImageBatch(ImageShape shape, int count, Memory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Channels, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (pixels.Length != (long)count * shape.ByteCount)
        {
            throw new ArgumentException(
                $"A batch of {count} images of {shape} takes {(long)count * shape.ByteCount} bytes, not {pixels.Length}.", nameof(pixels));
        }

        Shape = shape;
        Count = count;
        Memory = pixels;
    }

    /// <summary>The shape every image of the batch has.</summary>
    public ImageShape Shape { get; }

    /// <summary>How many images there are.</summary>
    public int Count { get; }

    /// <summary>All pixels, image after image.</summary>
    public Memory<byte> Memory { get; }

    /// <summary>All pixels, image after image.</summary>
    public Span<byte> Pixels => Memory.Span;

    /// <summary>The pixels of one image, <c>[height, width, channels]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is outside 0..<see cref="Count"/>-1.</exception>
    public Span<byte> this[int index] => Memory.Span.Slice(checked(index * Shape.ByteCount), Shape.ByteCount);

    /// <summary>A view of <paramref name="count"/> images from <paramref name="start"/> on; shares the memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all in the batch.</exception>
    public ImageBatch Slice(int start, int count) =>
        new(Shape, count, Memory.Slice(checked(start * Shape.ByteCount), checked(count * Shape.ByteCount)));
}
