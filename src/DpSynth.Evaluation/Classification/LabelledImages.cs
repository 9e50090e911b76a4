using DpSynth.Imaging;

namespace DpSynth.Evaluation.Classification;

/// <summary>Images with their classes.</summary>
public sealed record LabelledImages
{
    /// <summary>Pairs images with labels.</summary>
    /// <param name="images">The images, at least one.</param>
    /// <param name="labels">One class an image, 0 to 254.</param>
    /// <exception cref="ArgumentException">There are no images, or not as many labels.</exception>
    public LabelledImages(ImageBatch images, byte[] labels)
    {
        if (images.Count == 0 || images.Count != labels.Length)
        {
            throw new ArgumentException(
                $"{images.Count} images do not go with {labels.Length} labels; there must be one each, and at least one.", nameof(labels));
        }

        Images = images;
        Labels = labels;
    }

    /// <summary>The images.</summary>
    public ImageBatch Images { get; }

    /// <summary>The class of each image.</summary>
    public byte[] Labels { get; }

    /// <summary>Number of classes: the largest label and one.</summary>
    public int Classes => Labels.Max() + 1;

    /// <summary>The images of one class, in their order; may be none.</summary>
    public ImageBatch Of(int label)
    {
        int[] chosen = [.. Enumerable.Range(0, Labels.Length).Where(index => Labels[index] == label)];
        var images = new ImageBatch(Images.Shape, chosen.Length);
        for (var i = 0; i < chosen.Length; i++)
        {
            Images[chosen[i]].CopyTo(images[i]);
        }

        return images;
    }

    /// <summary>The share of these images that <paramref name="predicted"/> gets right, 0 to 1.</summary>
    public double Accuracy(ReadOnlySpan<byte> predicted)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(predicted.Length, Labels.Length, nameof(predicted));
        var right = 0;
        for (var i = 0; i < predicted.Length; i++)
        {
            right += predicted[i] == Labels[i] ? 1 : 0;
        }

        return (double)right / Labels.Length;
    }
}
