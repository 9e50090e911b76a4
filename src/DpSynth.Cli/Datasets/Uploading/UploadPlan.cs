using System.Globalization;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Storage.Datasets;

namespace DpSynth.Cli.Datasets.Uploading;

/// <summary>One blob of an upload.</summary>
/// <param name="BlobName">Its name in <c>private-data</c>.</param>
/// <param name="Images">The images that go into it.</param>
/// <param name="IsPacked">Whether they are packed into an archive; if not, there is one and it goes as it is.</param>
public sealed record UploadPart(string BlobName, IReadOnlyList<SourceImage> Images, bool IsPacked);

/// <summary>Divides a dataset into blobs: archives of images of one class, or, loose, a blob an image.</summary>
public static class UploadPlan
{
    /// <summary>
    /// Most images of one archive. An archive is what one activity embeds, and then lets vote: small images cost less than an activity's own
    /// calls to storage (28 × 28 pixels: 0.1 ms each to embed, against some 12 calls), so thousands of them share one.
    /// </summary>
    public const int MaximumImages = 10_000;

    /// <summary>Most bytes of the images of one archive, unless a single image has more.</summary>
    public const long MaximumLength = 64_000_000;

    /// <summary>Makes the plan; archives among the images stay as they are.</summary>
    public static IReadOnlyList<UploadPart> Make(string dataset, IEnumerable<SourceClass> classes, bool loose)
    {
        var parts = new List<UploadPart>();
        foreach (var source in classes)
        {
            var folder = source.Name is null ? $"{dataset}/" : $"{dataset}/{source.Name}/";
            var byItself = source.Images.ToLookup(image => loose || DatasetFolder.IsArchive(image.Name));
            parts.AddRange(byItself[true].Select(image => new UploadPart(folder + image.Name, [image], IsPacked: false)));
            parts.AddRange(Pack(byItself[false]).Select((images, number) =>
                new UploadPart(string.Create(CultureInfo.InvariantCulture, $"{folder}part-{number:D5}.tar"), images, IsPacked: true)));
        }

        return parts;
    }

    private static IEnumerable<IReadOnlyList<SourceImage>> Pack(IEnumerable<SourceImage> images)
    {
        var part = new List<SourceImage>();
        var length = 0L;
        foreach (var image in images)
        {
            if (part.Count == MaximumImages || (part.Count > 0 && length + image.Length > MaximumLength))
            {
                yield return part;
                part = [];
                length = 0;
            }

            part.Add(image);
            length += image.Length;
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }
}
