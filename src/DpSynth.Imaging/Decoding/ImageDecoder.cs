using System.Buffers.Binary;
using NetVips;

namespace DpSynth.Imaging.Decoding;

/// <summary>
/// Decodes PNG, JPEG, WebP, TIFF and GIF (their first frame) into pixels of one shape: upright as EXIF says, colours brought to
/// sRGB from whatever profile or CMYK, 16 bits to 8, transparency laid on black. Thread-safe; an image takes one thread.
/// </summary>
/// <param name="limits">What is refused before decoding.</param>
public sealed class ImageDecoder(DecodeLimits limits)
{
    private const int UprightOrientation = 1;

    // From here on EXIF's orientations exchange width and height.
    private const int FirstTurnedOrientation = 5;
    private const int LastOrientation = 8;
    private const string OrientationField = "orientation";

    // Four colours and transparency.
    private const int MostBands = 5;

    // libvips makes no image with a longer side, not even to cut it.
    private const int LongestScaled = 10_000_000;

    /// <summary>Decodes one image.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="shape">The shape wanted: 1 channel for grey, 3 for sRGB.</param>
    /// <param name="resize">How an image of another size is brought to <paramref name="shape"/>.</param>
    /// <param name="destination">The pixels, <c>[height, width, channels]</c>; exactly <see cref="ImageShape.ByteCount"/> long.</param>
    /// <exception cref="ImageRejectedException">The image is refused; the exception says why.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The shape has neither 1 nor 3 channels.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length than the shape says.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public void Decode(ReadOnlySpan<byte> encoded, ImageShape shape, ResizeMode resize, Span<byte> destination)
    {
        if (shape.Channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape, "Images have 1 or 3 channels.");
        }

        if (destination.Length != shape.ByteCount)
        {
            throw new ArgumentException($"An image of {shape} takes {shape.ByteCount} bytes, not {destination.Length}.", nameof(destination));
        }

        var format = CheckBytes(encoded);
        if (format == ImageFormat.Png && PlainPng.TryDecode(encoded, shape, destination))
        {
            return;
        }

        LibVips.EnsureStarted();
        try
        {
            var file = WithoutExcess(format, encoded, out var inflated);
            using var memory = DecodingMemory.Take(CheckCost(format, file, inflated, shape, resize));
            DecodeChecked(file, shape, resize, destination);
        }
        catch (VipsException)
        {
            // What libvips says may quote the file.
            throw new ImageRejectedException(ImageRejection.Damaged, $"The {format.Name} image is damaged or cut short.");
        }
    }

    /// <summary>The size of an image as it is decoded: upright, of 1 channel if it is grey and of 3 otherwise. Reads the header only.</summary>
    /// <param name="encoded">The file.</param>
    /// <exception cref="ImageRejectedException">The image is refused; the exception says why.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public ImageShape Measure(ReadOnlySpan<byte> encoded)
    {
        var format = CheckBytes(encoded);
        LibVips.EnsureStarted();
        try
        {
            var file = WithoutExcess(format, encoded, out var inflated);
            using var memory = DecodingMemory.Take(DecodingCost.OfOpening(format, file.Length, inflated));
            using var header = Open(file, inOrder: true);
            CheckSize(header.Width, header.Height);
            var colours = header.Bands - (header.HasAlpha() ? 1 : 0);
            return OrientationOf(header) >= FirstTurnedOrientation
                ? new ImageShape(header.Height, header.Width, colours >= 3 ? 3 : 1)
                : new ImageShape(header.Width, header.Height, colours >= 3 ? 3 : 1);
        }
        catch (VipsException)
        {
            throw new ImageRejectedException(ImageRejection.Damaged, $"The {format.Name} image is damaged or cut short.");
        }
    }

    private static void DecodeChecked(ReadOnlySpan<byte> encoded, ImageShape shape, ResizeMode resize, Span<byte> destination)
    {
        using var header = Open(encoded, inOrder: true);
        if (IsExactly(header, shape))
        {
            CopyPixels(header, destination);
            return;
        }

        // An image that has to be turned is not read from top to bottom.
        using var turnable = OrientationOf(header) == UprightOrientation ? null : Open(encoded, inOrder: false);
        using var conversion = new ImageConversion(turnable ?? header);
        CopyPixels(conversion.To(shape, resize), destination);
    }

    /// <summary>
    /// What decoding takes, in bytes, after all that the header says was checked. The header is closed again, so that who waits for memory holds none.
    /// </summary>
    private long CheckCost(ImageFormat format, ReadOnlySpan<byte> encoded, long inflated, ImageShape shape, ResizeMode resize)
    {
        var opening = DecodingCost.OfOpening(format, encoded.Length, inflated);
        using var memory = DecodingMemory.Take(encoded.Length + inflated > DecodingCost.SmallFile ? opening : 0);
        using var header = Open(encoded, inOrder: true);
        CheckSize(header.Width, header.Height);
        if (header.Bands > MostBands)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyChannels, $"The image has {header.Bands} samples a pixel; colours and transparency are at most {MostBands}.");
        }

        if (resize == ResizeMode.Fill && (double)Math.Max(shape.Width, shape.Height) / Math.Min(header.Width, header.Height)
            * Math.Max(header.Width, header.Height) > LongestScaled)
        {
            throw new ImageRejectedException(
                ImageRejection.TooLong, $"The image of {header.Width}×{header.Height} pixels is too elongated to fill {shape.Width}×{shape.Height}.");
        }

        var isTurned = OrientationOf(header) != UprightOrientation;
        var cost = opening + (isTurned ? encoded.Length : 0) + DecodingCost.OfPixels(format, header, isTurned, shape);
        return cost <= limits.MaxMemory
            ? cost
            : throw new ImageRejectedException(
                ImageRejection.TooMuchMemory,
                $"Decoding the image of {header.Width}×{header.Height} pixels may take {cost >> 20} MiB, more than the {limits.MaxMemory >> 20} MiB allowed: "
                    + "make it smaller, or save it without interlacing and with 8 bits a sample.");
    }

    private static ReadOnlySpan<byte> WithoutExcess(ImageFormat format, ReadOnlySpan<byte> encoded, out long inflated)
    {
        inflated = 0;
        return format == ImageFormat.Png ? PngTexts.LimitedTo(encoded, out inflated) : encoded;
    }

    /// <summary>
    /// Reads the header; pixels follow when asked for. Read in order, few rows are in memory at a time; otherwise all are, and not
    /// in a temporary file, where libvips would put large private images by itself.
    /// </summary>
    private static Image Open(ReadOnlySpan<byte> encoded, bool inOrder) => Image.NewFromBuffer(
        encoded,
        access: inOrder ? Enums.Access.Sequential : Enums.Access.Random,
        failOn: Enums.FailOn.Error,
        kwargs: new VOption { { "memory", !inOrder } });

    /// <summary>Computes the image into <paramref name="destination"/>, which must be exactly its size.</summary>
    private static unsafe void CopyPixels(Image image, Span<byte> destination)
    {
        var pixels = image.WriteToMemory(out var size);
        try
        {
            if (size != (ulong)destination.Length)
            {
                throw new InvalidOperationException($"libvips made {size} bytes of an image that takes {destination.Length}.");
            }

            new ReadOnlySpan<byte>((void*)pixels, destination.Length).CopyTo(destination);
        }
        finally
        {
            NetVips.NetVips.Free(pixels);
        }
    }

    private static bool IsExactly(Image image, ImageShape shape) =>
        image.Width == shape.Width
        && image.Height == shape.Height
        && image.Bands == shape.Channels
        && image.Format == Enums.BandFormat.Uchar
        && image.Interpretation == (shape.Channels == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb)
        && OrientationOf(image) == UprightOrientation
        && !image.Contains(ImageConversion.ProfileField);

    /// <summary>EXIF's orientation; what is none counts as upright, as it does for libvips.</summary>
    private static int OrientationOf(Image image) =>
        image.Contains(OrientationField) && image.Get(OrientationField) is int and >= UprightOrientation and <= LastOrientation and var orientation
            ? orientation
            : UprightOrientation;

    private ImageFormat CheckBytes(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > limits.MaxEncodedBytes)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyBytes, $"The file has {encoded.Length} bytes, more than the {limits.MaxEncodedBytes} allowed.");
        }

        var format = ImageFormat.Of(encoded)
            ?? throw new ImageRejectedException(ImageRejection.UnknownFormat, $"The file is no image of the formats {ImageFormat.KnownNames}.");

        // A PNG states its size right after the signature; libvips would read on to the pixels first.
        if (format == ImageFormat.Png && encoded.Length >= 24)
        {
            CheckSize(
                BinaryPrimitives.ReadUInt32BigEndian(encoded[16..]), BinaryPrimitives.ReadUInt32BigEndian(encoded[20..]));
        }

        return format;
    }

    private void CheckSize(long width, long height)
    {
        if (width * height > limits.MaxPixels)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyPixels, $"The image has {width}×{height} pixels, more than the {limits.MaxPixels} allowed.");
        }

        if (Math.Max(width, height) > limits.MaxSide)
        {
            throw new ImageRejectedException(
                ImageRejection.TooLong, $"The image has {width}×{height} pixels; no side may be longer than {limits.MaxSide}.");
        }
    }
}
