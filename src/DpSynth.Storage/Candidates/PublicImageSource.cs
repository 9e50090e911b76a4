using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Storage.Accounts;
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
    private const int MaxBlockImages = 1024;
    private const int BlockBytes = 64 << 20;

    /// <summary>Bytes of encoded images after which a block is decoded.</summary>
    private const int EncodedBytes = 16 << 20;

    private readonly BlobImageReader _reader = new(container);

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => (await ListAsync(name, cancellationToken)).Count > 0;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">An image of the set does not decode, or an archive is broken; the message names it.</exception>
    public async IAsyncEnumerable<ImageBatch> ReadAsync(
        string name, ImageShape shape, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var blobs = await ListAsync(name, cancellationToken);
        var blockImages = Math.Clamp(BlockBytes / shape.ByteCount, 1, MaxBlockImages);
        var found = false;
        var block = new List<TarFileEntry>();
        var encodedBytes = 0L;
        await foreach (var image in _reader.ReadAsync(blobs, versions: null, cancellationToken))
        {
            found = true;
            block.Add(new TarFileEntry(image.Name, image.Encoded));
            encodedBytes += image.Encoded.Length;
            if (block.Count == blockImages || encodedBytes >= EncodedBytes)
            {
                yield return PublicImages.Decode(decoder, block, shape, ResizeMode.Fill, cancellationToken);
                block = [];
                encodedBytes = 0;
            }
        }

        if (block.Count > 0)
        {
            yield return PublicImages.Decode(decoder, block, shape, ResizeMode.Fill, cancellationToken);
        }

        if (!found)
        {
            throw new InvalidOperationException(
                $"There is no public image set '{name}': put images into the folder '{ExchangeLayout.PublicSet(name)}' of the container "
                    + $"'{ExchangeLayout.Candidates}'.");
        }
    }

    private async Task<List<string>> ListAsync(string name, CancellationToken cancellationToken)
    {
        var prefix = ExchangeLayout.PublicSet(name);
        var blobs = new List<string>();
        await foreach (var item in container.ListAsync(new() { Traits = BlobTraits.Metadata, Prefix = prefix }, cancellationToken))
        {
            if (DatasetFolder.Describe(item.Name[ExchangeLayout.PublicSets.Length..], item.Properties.ContentLength ?? 0, item.IsFolder()) is not null)
            {
                blobs.Add(item.Name);
            }
        }

        blobs.Sort(StringComparer.Ordinal);
        return blobs;
    }
}
