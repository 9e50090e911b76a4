using System.Globalization;
using DpSynth.Evaluation.Idx;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;

namespace DpSynth.Cli.Datasets.Sources;

/// <summary>Labelled grey images from a pair of IDX files, the format of MNIST.</summary>
/// <param name="Images">The images, one channel.</param>
/// <param name="Labels">One label an image.</param>
public sealed record IdxImages(ImageBatch Images, byte[] Labels)
{
    /// <summary>Reads a pair of files.</summary>
    /// <exception cref="CommandException">A file is missing or not what it should be, or the two do not belong together.</exception>
    public static IdxImages Read(string imagesPath, string labelsPath)
    {
        try
        {
            var images = IdxFile.ReadImages(imagesPath);
            var labels = IdxFile.ReadLabels(labelsPath);
            return images.Count == labels.Length && images.Count > 0
                ? new IdxImages(images, labels)
                : throw new CommandException(
                    ExitCode.Usage, $"'{imagesPath}' has {images.Count} images and '{labelsPath}' has {labels.Length} labels: they do not belong together.");
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(ExitCode.Usage, $"{fault.Message} Give a folder of images, or an uncompressed IDX file of images with its labels.");
        }
        catch (FileNotFoundException fault)
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file '{fault.FileName}': name the labels' file with --labels.");
        }
    }

    /// <summary>The name that the labels' file has beside an images' file, by MNIST's custom.</summary>
    public static string LabelsPathFor(string imagesPath) => Path.Combine(
        Path.GetDirectoryName(imagesPath) ?? "",
        Path.GetFileName(imagesPath).Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal));

    /// <summary>The images as PNG files, a class for each label.</summary>
    public IReadOnlyList<SourceClass> ToClasses() =>
    [
        .. Enumerable.Range(0, Images.Count)
            .GroupBy(index => Labels[index])
            .OrderBy(group => group.Key)
            .Select(group => new SourceClass(group.Key.ToString(CultureInfo.InvariantCulture), [.. group.Select(ToImage)])),
    ];

    private SourceImage ToImage(int index) => new(
        string.Create(CultureInfo.InvariantCulture, $"{index:D6}.png"),
        Images.Shape.ByteCount,
        _ => Task.FromResult(PngEncoder.Encode(Images[index], Images.Shape)));
}
