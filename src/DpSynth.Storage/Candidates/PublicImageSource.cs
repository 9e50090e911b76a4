using Azure.Storage.Blobs;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Storage.Datasets;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Candidates;

/// <summary>
/// The public image sets in <c>candidates</c>, folder <c>public/NAME</c>: images and archives as in a dataset, in ordinal order of
/// their names, archives in their own order. An image of another shape is scaled to cover it and cut.
/// </summary>
/// <param name="container">The container <c>candidates</c>; read and list are enough.</param>
/// <param name="decoder">Decodes the images.</param>
public sealed class PublicImageSource(BlobContainerClient container, ImageDecoder decoder) : IPublicImageSource
{
    private const int BlockImages = 1024;

    private readonly BlobImageReader _reader = new(container);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">An image of the set does not decode, or an archive is broken; the message names it.</exception>
    public async ValueTask<ImageBatch> LoadAsync(string name, ImageShape shape, CancellationToken cancellationToken)
    {
        var blobs = await ListAsync(name, cancellationToken);
        var blocks = new List<ImageBatch>();
        await foreach (var block in _reader.ReadAsync(blobs, cancellationToken).Chunk(BlockImages).WithCancellation(cancellationToken))
        {
            var encoded = Array.ConvertAll(block, image => new TarFileEntry(image.Name, image.Encoded));
            blocks.Add(PublicImages.Decode(decoder, encoded, shape, ResizeMode.Fill, cancellationToken));
        }

        return blocks.Count switch
        {
            0 => throw new InvalidOperationException(
                $"There is no public image set '{name}': put images into the folder '{ExchangeLayout.PublicSet(name)}' of the container '{ExchangeLayout.Candidates}'."),
            1 => blocks[0],
            _ => Join(blocks, shape),
        };
    }

    private static ImageBatch Join(List<ImageBatch> blocks, ImageShape shape)
    {
        var all = new ImageBatch(shape, blocks.Sum(block => block.Count));
        var start = 0;
        foreach (var block in blocks)
        {
            block.Pixels.CopyTo(all.Slice(start, block.Count).Pixels);
            start += block.Count;
        }

        return all;
    }

    private async Task<List<string>> ListAsync(string name, CancellationToken cancellationToken)
    {
        var prefix = ExchangeLayout.PublicSet(name);
        var blobs = new List<string>();
        await foreach (var item in container.GetBlobsAsync(prefix: prefix, cancellationToken: cancellationToken))
        {
            if (DatasetFolder.Describe(item.Name[ExchangeLayout.PublicSets.Length..], item.Properties.ContentLength ?? 0, isFolder: false) is not null)
            {
                blobs.Add(item.Name);
            }
        }

        blobs.Sort(StringComparer.Ordinal);
        return blobs;
    }
}
