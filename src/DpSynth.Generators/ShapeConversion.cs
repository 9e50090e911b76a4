using DpSynth.Imaging;
using DpSynth.Models.Embedding;

namespace DpSynth.Generators;

/// <summary>
/// Between the images that a model makes and those of a run: each side is resized for itself with Lanczos's filter as Pillow has it; colours
/// become grey as 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), grey is repeated in every colour.
/// </summary>
/// <param name="model">The shape of the model's images, of 3 channels.</param>
/// <param name="run">The shape of the run's images, of 1 or 3 channels.</param>
internal sealed class ShapeConversion(ImageShape model, ImageShape run)
{
    private const int Colours = 3;

    private readonly ImageResizer _toRun = new(model, run.Width, run.Height, ResamplingFilter.Lanczos);
    private readonly ImageResizer _toModel = new(run with { Channels = Colours }, model.Width, model.Height, ResamplingFilter.Lanczos);

    /// <summary>The model's images as the run's; the batch itself where the shapes are the same.</summary>
    public ImageBatch ToRun(ImageBatch images)
    {
        if (model == run)
        {
            return images;
        }

        var result = new ImageBatch(run, images.Count);
        var resized = new byte[_toRun.Target.ByteCount];
        var scratch = new byte[_toRun.ScratchLength];
        for (var i = 0; i < images.Count; i++)
        {
            _toRun.Resize(images[i], resized, scratch);
            if (run.Channels == Colours)
            {
                resized.CopyTo(result[i]);
            }
            else
            {
                ToGrey(resized, result[i]);
            }
        }

        return result;
    }

    /// <summary>Some of the run's images as the model's.</summary>
    public ImageBatch ToModel(ImageBatch images, ReadOnlySpan<int> chosen)
    {
        var result = new ImageBatch(model, chosen.Length);
        var coloured = new byte[run.Width * run.Height * Colours];
        var scratch = new byte[_toModel.ScratchLength];
        for (var i = 0; i < chosen.Length; i++)
        {
            var image = images[chosen[i]];
            for (var sample = 0; sample < coloured.Length; sample++)
            {
                coloured[sample] = image[run.Channels == Colours ? sample : sample / Colours];
            }

            _toModel.Resize(coloured, result[i], scratch);
        }

        return result;
    }

    private static void ToGrey(ReadOnlySpan<byte> colours, Span<byte> grey)
    {
        for (var i = 0; i < grey.Length; i++)
        {
            grey[i] = (byte)(((299 * colours[3 * i]) + (587 * colours[(3 * i) + 1]) + (114 * colours[(3 * i) + 2]) + 500) / 1000);
        }
    }
}
