using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Storage.Formats;

namespace DpSynth.Storage.Candidates;

/// <summary>A shard's images as a WebDataset archive of PNGs.</summary>
internal static class CandidateTar
{
    private const string ImageSuffix = ".png";

    /// <summary>Encodes the images in their order, each with the index of their class.</summary>
    public static byte[] Encode(ImageBatch images, int classIndex)
    {
        var encoded = new byte[images.Count][];
        Parallel.For(0, images.Count, i => encoded[i] = PngEncoder.Encode(images[i], images.Shape));

        using var archive = new MemoryStream();
        using (var writer = new WebDatasetWriter(archive))
        {
            foreach (var png in encoded)
            {
                writer.Add(png, classIndex);
            }
        }

        return archive.ToArray();
    }

    /// <summary>Reads the images back.</summary>
    /// <exception cref="InvalidDataException">The archive is broken, or does not hold the images it should.</exception>
    public static async Task<ImageBatch> DecodeAsync(
        Stream archive, ImageShape shape, int count, ImageDecoder decoder, CancellationToken cancellationToken)
    {
        var encoded = new List<TarFileEntry>(count);
        await foreach (var entry in TarArchive.ReadAsync(archive, new TarLimits(), cancellationToken))
        {
            if (!entry.Name.EndsWith(ImageSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            if (!string.Equals(entry.Name, WebDatasetWriter.FileName(encoded.Count, "png"), StringComparison.Ordinal))
            {
                throw new InvalidDataException($"The candidates' archive lacks image {encoded.Count}.");
            }

            encoded.Add(entry);
        }

        if (encoded.Count != count)
        {
            throw new InvalidDataException($"The candidates' archive holds {encoded.Count} images, {count} were expected.");
        }

        return PublicImages.Decode(decoder, encoded, shape, ResizeMode.Stretch, cancellationToken);
    }
}
