using DpSynth.Imaging.Interop;

namespace DpSynth.Imaging.Decoding;

/// <summary>Turns one decoded image, step by step, into one of a wanted shape. Each step is lazy; pixels flow when the last is asked for.</summary>
/// <param name="source">The image; stays the caller's.</param>
internal sealed class ImageConversion(VipsObjectHandle source) : IDisposable
{
    /// <summary>The metadata field in which libvips keeps an embedded colour profile.</summary>
    internal const string ProfileField = "icc-profile-data";

    private readonly Stack<VipsObjectHandle> _steps = new();

    private VipsObjectHandle Image => _steps.TryPeek(out var last) ? last : source;

    /// <summary>The converted image; lives as long as the conversion.</summary>
    internal VipsObjectHandle To(ImageShape shape, ResizeMode resize)
    {
        Apply(new VipsOperation("autorot").With("in", Image));
        ToSrgb();
        if (NativeMethods.vips_image_hasalpha(Image) != 0)
            Apply(new VipsOperation("flatten").With("in", Image));
        if (NativeMethods.vips_image_get_format(Image) != VipsBandFormat.UChar)
            Apply(new VipsOperation("cast").With("in", Image).With("format", (int)VipsBandFormat.UChar));

        Resize(shape, resize);
        Apply(new VipsOperation("colourspace").With("in", Image)
            .With("space", (int)(shape.Channels == 1 ? VipsInterpretation.BlackAndWhite : VipsInterpretation.Srgb)));
        return Image;
    }

    public void Dispose()
    {
        while (_steps.TryPop(out var step))
            step.Dispose();
    }

    /// <summary>Brings the colours to sRGB, or to grey where there is no colour, at 8 bits. An embedded profile that cannot be used is ignored.</summary>
    private void ToSrgb()
    {
        var colours = NativeMethods.vips_image_get_bands(Image) - (NativeMethods.vips_image_hasalpha(Image) != 0 ? 1 : 0);
        if (colours >= 3 && NativeMethods.vips_image_get_typeof(Image, ProfileField) != 0 && TryApplyProfile())
            return;

        Apply(new VipsOperation("colourspace").With("in", Image)
            .With("space", (int)(colours >= 3 ? VipsInterpretation.Srgb : VipsInterpretation.BlackAndWhite)));
    }

    private bool TryApplyProfile()
    {
        try
        {
            Apply(new VipsOperation("icc_transform").With("in", Image)
                .With("output-profile", "srgb")
                .With("embedded", true));
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private void Resize(ImageShape shape, ResizeMode mode)
    {
        var width = NativeMethods.vips_image_get_width(Image);
        var height = NativeMethods.vips_image_get_height(Image);
        if (width == shape.Width && height == shape.Height)
            return;

        Apply(new VipsOperation("thumbnail_image").With("in", Image)
            .With("width", shape.Width)
            .With("height", shape.Height)
            .With("size", (int)(mode == ResizeMode.Stretch ? VipsSize.Force : VipsSize.Both))
            .With("crop", (int)(mode == ResizeMode.Fill ? VipsInteresting.Centre : VipsInteresting.None))
            .With("no-rotate", true));

        // Black on either side of what does not fill the frame.
        Apply(new VipsOperation("gravity").With("in", Image)
            .With("direction", (int)VipsCompassDirection.Centre)
            .With("width", shape.Width)
            .With("height", shape.Height));
    }

    private void Apply(VipsOperation operation)
    {
        using (operation)
            _steps.Push(operation.Image());
    }
}
