using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Storage.Datasets;

/// <summary>
/// Streams images out of a container in the order of their blobs: single images several at once, archives entry by
/// entry from ranges that are fetched ahead.
/// </summary>
internal sealed class BlobImageReader(BlobContainerClient container)
{
    // A store that takes 20 ms for each blob then gives some thousand small images a second. What is ahead has at most 64 MiB: a larger image is
    // read when its turn comes, alone.
    private const int Ahead = 32;
    private const long LargestAhead = 2L << 20;

    /// <summary>Larger images are handed on as empty, which counts as unreadable: they are never loaded. No longer ones are decoded.</summary>
    private const long MaximumImageLength = 64L << 20;

    private static readonly TarLimits ArchiveLimits = new() { EntryLength = MaximumImageLength };

    /// <summary>Reads images.</summary>
    /// <param name="blobs">The blobs' names.</param>
    /// <param name="versions">The ETag of each that was listed; null to take what is there.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="DatasetChangedException">A blob is not there, is another version, or was changed while it was read.</exception>
    public async IAsyncEnumerable<PrivateImage> ReadAsync(
        IReadOnlyList<string> blobs, IReadOnlyList<string>? versions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<Task<PrivateImage?>?>();
        var next = 0;
        try
        {
            foreach (var (position, blob) in blobs.Index())
            {
                for (; next < blobs.Count && ahead.Count < Ahead; next++)
                {
                    ahead.Enqueue(DatasetFolder.IsArchive(blobs[next]) ? null : ReadOneAsync(blobs[next], Pin(versions, next), LargestAhead, stop.Token));
                }

                if (ahead.Dequeue() is { } reading)
                {
                    yield return await reading
                        ?? await ReadOneAsync(blob, Pin(versions, position), MaximumImageLength, cancellationToken)
                        ?? new PrivateImage(blob, ReadOnlyMemory<byte>.Empty);
                    continue;
                }

                await foreach (var entry in ReadArchiveAsync(blob, Pin(versions, position), cancellationToken))
                {
                    yield return entry;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var image in ahead.OfType<Task<PrivateImage?>>())
            {
                await image.ContinueWith(
                    static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private static BlobRequestConditions? Pin(IReadOnlyList<string>? versions, int position) =>
        versions is null ? null : new BlobRequestConditions { IfMatch = new ETag(versions[position]) };

    /// <summary>Whether the blob that was asked for is not there, or not any more.</summary>
    private static bool IsGone(RequestFailedException exception) =>
        exception.ErrorCode == BlobErrorCode.BlobNotFound || exception.ErrorCode == BlobErrorCode.ConditionNotMet;

    /// <summary>Reads an image; null where it has more bytes than <paramref name="most"/>.</summary>
    private async Task<PrivateImage?> ReadOneAsync(string blob, BlobRequestConditions? pin, long most, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Conditions = pin };
            using var download = (await container.GetBlobClient(blob).DownloadStreamingAsync(options, cancellationToken)).Value;
            if (download.Details.ContentLength > most)
            {
                return null;
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)download.Details.ContentLength);
            await download.Content.ReadExactlyAsync(bytes, cancellationToken);
            return new PrivateImage(blob, bytes);
        }
        catch (RequestFailedException exception) when (IsGone(exception))
        {
            throw DatasetChangedException.Of(blob, exception);
        }
    }

    private async IAsyncEnumerable<PrivateImage> ReadArchiveAsync(
        string blob, BlobRequestConditions? pin, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var content = await OpenArchiveAsync(blob, pin, cancellationToken);
        await using var entries = TarArchive.ReadAsync(content, ArchiveLimits, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(entries, blob))
        {
            var entry = entries.Current;
            var file = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
            if (DatasetFolder.IsArchive(file))
            {
                throw new InvalidDataException($"The archive '{blob}' holds another archive, '{entry.Name}': unpack it before the upload.");
            }

            if (DatasetFolder.IsImageName(file) && !IsLabel(file))
            {
                yield return new PrivateImage($"{blob}!{entry.Name}", entry.Content);
            }
        }
    }

    private async Task<Stream> OpenArchiveAsync(string blob, BlobRequestConditions? pin, CancellationToken cancellationToken)
    {
        try
        {
            return await RangedBlobStream.OpenAsync(container.GetBlobClient(blob), pin, cancellationToken);
        }
        catch (RequestFailedException exception) when (IsGone(exception))
        {
            throw DatasetChangedException.Of(blob, exception);
        }
    }

    /// <summary>WebDataset shards carry each image's label beside it.</summary>
    private static bool IsLabel(string file) => file.EndsWith(".cls", StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<TarFileEntry> entries, string blob)
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"The archive '{blob}' cannot be read. {exception.Message}", exception);
        }
        catch (RequestFailedException exception) when (IsGone(exception))
        {
            throw DatasetChangedException.Of(blob, exception);
        }
    }
}
