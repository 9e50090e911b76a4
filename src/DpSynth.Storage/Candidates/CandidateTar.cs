using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Storage.Formats;

namespace DpSynth.Storage.Candidates;

/// <summary>A shard's images as a WebDataset archive of PNGs.</summary>
internal static class CandidateTar
{
    private const string ImageSuffix = ".png";

    /// <summary>Images that are checked at the same time, and bytes of them.</summary>
    private const int BlockImages = 64;
    private const int BlockBytes = 16 << 20;

    /// <summary>Bytes of pixels that are read back at once at most; no shard that is made has more.</summary>
    private const long MostPixels = 1L << 30;

    /// <summary>Signature and header of a PNG, up to its height.</summary>
    private const int PngSizeEnd = 24;

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
        if ((long)count * shape.ByteCount > MostPixels)
        {
            throw new InvalidDataException($"The candidates' archive is said to hold {count} images of {shape}, more than {MostPixels} bytes of pixels.");
        }

        var encoded = new List<TarFileEntry>();
        await foreach (var entry in ReadAsync(archive, shape, count, classIndex: null, cancellationToken))
        {
            encoded.Add(entry);
        }

        return PublicImages.Decode(decoder, encoded, shape, ResizeMode.Stretch, cancellationToken);
    }

    /// <summary>
    /// Makes the archive anew of what its images decode to: whoever wrote it, what is written has these images, in this shape, of this class, and
    /// nothing else. Of an archive that <see cref="Encode"/> made it is a copy to the byte.
    /// </summary>
    /// <exception cref="InvalidDataException">The archive is broken, or does not hold what it should and nothing else.</exception>
    public static async Task CopyAsync(
        Stream archive, Stream target, ImageShape shape, int count, int classIndex, ImageDecoder decoder, CancellationToken cancellationToken)
    {
        using var writer = new WebDatasetWriter(target);
        var block = new List<TarFileEntry>();
        await foreach (var entry in ReadAsync(archive, shape, count, classIndex, cancellationToken))
        {
            block.Add(entry);
            if (block.Count == BlockImages || (long)block.Count * shape.ByteCount > BlockBytes)
            {
                Flush();
            }
        }

        Flush();

        void Flush()
        {
            var images = PublicImages.Decode(decoder, block, shape, ResizeMode.Stretch, cancellationToken);
            var encoded = new byte[block.Count][];
            Parallel.For(0, encoded.Length, i => encoded[i] = PngEncoder.Encode(images[i], shape));
            Array.ForEach(encoded, png => writer.Add(png, classIndex));
            block.Clear();
        }
    }

    /// <summary>The images of an archive, all of them and in their order, each a PNG whose header states the shape.</summary>
    private static async IAsyncEnumerable<TarFileEntry> ReadAsync(
        Stream archive, ImageShape shape, int count, int? classIndex, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // No image becomes longer by being encoded, but for a byte a row and what stands around it.
        var limits = new TarLimits { Entries = (2 * count) + 2, EntryLength = shape.ByteCount + (2L * shape.Height) + (64 << 10) };
        var found = 0;
        await foreach (var entry in TarArchive.ReadAsync(archive, limits, cancellationToken))
        {
            if (!entry.Name.EndsWith(ImageSuffix, StringComparison.Ordinal))
            {
                if (classIndex is { } index && !IsClassOf(entry, found - 1, index))
                {
                    throw new InvalidDataException($"The candidates' archive has something else than the class behind image {found - 1}.");
                }

                continue;
            }

            if (!string.Equals(entry.Name, WebDatasetWriter.FileName(found, "png"), StringComparison.Ordinal))
            {
                throw new InvalidDataException($"The candidates' archive lacks image {found}.");
            }

            if (!IsPngOf(entry.Content.Span, shape))
            {
                throw new InvalidDataException($"Image {found} of the candidates' archive is no PNG of {shape.Width}×{shape.Height} pixels.");
            }

            found++;
            yield return entry;
        }

        if (found != count)
        {
            throw new InvalidDataException($"The candidates' archive holds {found} images, {count} were expected.");
        }
    }

    private static bool IsClassOf(TarFileEntry entry, int image, int classIndex) =>
        string.Equals(entry.Name, WebDatasetWriter.FileName(image, "cls"), StringComparison.Ordinal)
        && string.Equals(Encoding.ASCII.GetString(entry.Content.Span), classIndex.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static bool IsPngOf(ReadOnlySpan<byte> file, ImageShape shape) =>
        file.Length > PngSizeEnd
        && file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A])
        && BinaryPrimitives.ReadUInt32BigEndian(file[16..]) == shape.Width
        && BinaryPrimitives.ReadUInt32BigEndian(file[20..]) == shape.Height;
}
