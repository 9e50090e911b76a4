using System.Buffers.Binary;
using DpSynth.Imaging.Interop;

namespace DpSynth.Imaging.Decoding;

/// <summary>
/// Decodes PNG, JPEG, WebP, TIFF and GIF (their first frame) into pixels of one shape: upright as EXIF says, colours brought to
/// sRGB from whatever profile or CMYK, 16 bits to 8, transparency laid on black. Thread-safe; an image takes one thread.
/// </summary>
/// <param name="limits">What is refused before decoding.</param>
public sealed unsafe class ImageDecoder(DecodeLimits limits)
{
    private const int UprightOrientation = 1;

    // From here on EXIF's orientations exchange width and height.
    private const int FirstTurnedOrientation = 5;

    /// <summary>Decodes one image.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="shape">The shape wanted: 1 channel for grey, 3 for sRGB.</param>
    /// <param name="resize">How an image of another size is brought to <paramref name="shape"/>.</param>
    /// <param name="destination">The pixels, <c>[height, width, channels]</c>; exactly <see cref="ImageShape.ByteCount"/> long.</param>
    /// <exception cref="ImageRejectedException">The image is refused; the exception says why.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length, or the shape another number of channels.</exception>
    /// <exception cref="DllNotFoundException">libvips is missing.</exception>
    public void Decode(ReadOnlySpan<byte> encoded, ImageShape shape, ResizeMode resize, Span<byte> destination)
    {
        if (shape.Channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(shape), shape, "Images have 1 or 3 channels.");
        if (destination.Length != shape.ByteCount)
            throw new ArgumentException($"An image of {shape} takes {shape.ByteCount} bytes, not {destination.Length}.", nameof(destination));

        var format = CheckBytes(encoded);
        if (format == ImageFormat.Png && PlainPng.TryDecode(encoded, shape, destination))
            return;

        LibVips.EnsureStarted();
        try
        {
            fixed (byte* data = encoded)
                Decode(format, data, encoded.Length, shape, resize, destination);
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
            fixed (byte* data = encoded)
            {
                using var header = Open(format, data, encoded.Length, inOrder: true);
                var (width, height) = (NativeMethods.vips_image_get_width(header), NativeMethods.vips_image_get_height(header));
                CheckPixels(width, height);
                var colours = NativeMethods.vips_image_get_bands(header) - (NativeMethods.vips_image_hasalpha(header) != 0 ? 1 : 0);
                var isTurned = NativeMethods.vips_image_get_orientation(header) >= FirstTurnedOrientation;
                return new ImageShape(isTurned ? height : width, isTurned ? width : height, colours >= 3 ? 3 : 1);
            }
        }
        catch (VipsException)
        {
            throw new ImageRejectedException(ImageRejection.Damaged, $"The {format.Name} image is damaged or cut short.");
        }
    }

    private void Decode(ImageFormat format, byte* data, int length, ImageShape shape, ResizeMode resize, Span<byte> destination)
    {
        using var header = Open(format, data, length, inOrder: true);
        CheckPixels(NativeMethods.vips_image_get_width(header), NativeMethods.vips_image_get_height(header));
        if (IsExactly(header, shape))
        {
            VipsPixels.CopyTo(header, destination);
            return;
        }

        // An image that has to be turned is not read from top to bottom.
        var isUpright = NativeMethods.vips_image_get_orientation(header) == UprightOrientation;
        using var turnable = isUpright ? null : Open(format, data, length, inOrder: false);
        using var conversion = new ImageConversion(turnable ?? header);
        VipsPixels.CopyTo(conversion.To(shape, resize), destination);
    }

    /// <summary>
    /// Reads the header; pixels follow when asked for. Read in order, few rows are in memory at a time; otherwise all are, and not
    /// in a temporary file, where libvips would put large private images by itself.
    /// </summary>
    private static VipsObjectHandle Open(ImageFormat format, byte* data, int length, bool inOrder)
    {
        using var load = new VipsOperation(format.Loader)
            .With("buffer", data, length)
            .With("access", (int)(inOrder ? VipsAccess.Sequential : VipsAccess.Random))
            .With("memory", !inOrder)
            .With("fail-on", (int)VipsFailOn.Error);
        return load.Image();
    }

    private static bool IsExactly(VipsObjectHandle image, ImageShape shape) =>
        NativeMethods.vips_image_get_width(image) == shape.Width
        && NativeMethods.vips_image_get_height(image) == shape.Height
        && NativeMethods.vips_image_get_bands(image) == shape.Channels
        && NativeMethods.vips_image_get_format(image) == VipsBandFormat.UChar
        && NativeMethods.vips_image_get_interpretation(image)
            == (shape.Channels == 1 ? VipsInterpretation.BlackAndWhite : VipsInterpretation.Srgb)
        && NativeMethods.vips_image_get_orientation(image) == UprightOrientation
        && NativeMethods.vips_image_get_typeof(image, ImageConversion.ProfileField) == 0;

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
            CheckPixels(
                BinaryPrimitives.ReadUInt32BigEndian(encoded[16..]), BinaryPrimitives.ReadUInt32BigEndian(encoded[20..]));
        }

        return format;
    }

    private void CheckPixels(long width, long height)
    {
        if (width * height > limits.MaxPixels)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyPixels, $"The image has {width}×{height} pixels, more than the {limits.MaxPixels} allowed.");
        }
    }
}
