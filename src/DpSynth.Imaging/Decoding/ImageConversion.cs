using NetVips;

namespace DpSynth.Imaging.Decoding;

/// <summary>Turns one decoded image, step by step, into one of a wanted shape. Each step is lazy; pixels flow when the last is asked for.</summary>
/// <param name="source">The image; stays the caller's.</param>
internal sealed class ImageConversion(Image source) : IDisposable
{
    /// <summary>The metadata field in which libvips keeps an embedded colour profile.</summary>
    internal const string ProfileField = "icc-profile-data";

    private readonly Stack<Image> _steps = new();

    private Image Image => _steps.TryPeek(out var last) ? last : source;

    /// <summary>The converted image; lives as long as the conversion.</summary>
    internal Image To(ImageShape shape, ResizeMode resize)
    {
        _steps.Push(Image.Autorot());
        ToSrgb();
        if (Image.HasAlpha())
        {
            _steps.Push(Image.Flatten());
        }

        if (Image.Format != Enums.BandFormat.Uchar)
        {
            _steps.Push(Image.Cast(Enums.BandFormat.Uchar));
        }

        Resize(shape, resize);
        _steps.Push(Image.Colourspace(shape.Channels == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb));
        if (Image.Bands > shape.Channels)
        {
            // Samples beside the colours that are no transparency.
            _steps.Push(Image.ExtractBand(0, n: shape.Channels));
        }

        return Image;
    }

    public void Dispose()
    {
        while (_steps.TryPop(out var step))
        {
            step.Dispose();
        }
    }

    /// <summary>Brings the colours to sRGB, or to grey where there is no colour, at 8 bits. An embedded profile that cannot be used is ignored.</summary>
    private void ToSrgb()
    {
        var colours = Image.Bands - (Image.HasAlpha() ? 1 : 0);
        if (colours >= 3 && Image.Contains(ProfileField) && TryApplyProfile())
        {
            return;
        }

        _steps.Push(Image.Colourspace(colours >= 3 ? Enums.Interpretation.Srgb : Enums.Interpretation.Bw));
    }

    private bool TryApplyProfile()
    {
        try
        {
            _steps.Push(Image.IccTransform("srgb", embedded: true));
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private void Resize(ImageShape shape, ResizeMode mode)
    {
        if (Image.Width == shape.Width && Image.Height == shape.Height)
        {
            return;
        }

        _steps.Push(Image.ThumbnailImage(
            shape.Width,
            shape.Height,
            mode == ResizeMode.Stretch ? Enums.Size.Force : Enums.Size.Both,
            noRotate: true,
            crop: mode == ResizeMode.Fill ? Enums.Interesting.Centre : Enums.Interesting.None));

        // Black on either side of what does not fill the frame.
        _steps.Push(Image.Gravity(Enums.CompassDirection.Centre, shape.Width, shape.Height));
    }
}
