using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Storage.Formats;

namespace DpSynth.Storage.Accounts;

/// <summary>The few ways in which the stores read and write blobs.</summary>
internal static class BlobCalls
{
    /// <summary>Calls at once where many blobs or messages are dealt with.</summary>
    public const int ParallelCalls = 16;

    /// <summary>The content type of archives.</summary>
    public const string Tar = "application/x-tar";

    /// <summary>The content type of <c>.npy</c> files.</summary>
    public const string Binary = "application/octet-stream";

    /// <summary>The content type of records.</summary>
    public const string Json = "application/json";

    /// <summary>The content type of chains of records, one a line.</summary>
    public const string JsonLines = "application/jsonl";

    /// <summary>Whether the service said that there is no such blob.</summary>
    public static bool IsMissing(this RequestFailedException exception) =>
        exception.Status == 404;

    /// <summary>Whether a condition was not met: the blob exists already, or has changed since it was read.</summary>
    public static bool IsConflict(this RequestFailedException exception) =>
        exception.Status == 412 || exception.ErrorCode == BlobErrorCode.BlobAlreadyExists;

    /// <summary>Whether a listed blob stands for a folder. Some tools write the mark with a capital letter.</summary>
    /// <param name="item">A blob, listed with its metadata.</param>
    public static bool IsFolder(this BlobItem item) =>
        item.Metadata?.Keys.Any(static key => key.Equals("hdi_isfolder", StringComparison.OrdinalIgnoreCase)) == true;

    /// <summary>
    /// Writes a blob, or writes over it: for content that is the same whoever writes it, or of which the last word counts. Each caller says which.
    /// </summary>
    public static Task WriteAsync(
        this BlobContainerClient container, string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken) =>
        container.WithContainerAsync(
            () => container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), Options(contentType, conditions: null), cancellationToken),
            cancellationToken);

    /// <summary>Writes a blob if there is none of the name; returns whether it was written.</summary>
    public static async Task<bool> TryCreateAsync(
        this BlobContainerClient container, string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            var onlyIfNew = new BlobRequestConditions { IfNoneMatch = ETag.All };
            await container.GetBlobClient(name).UploadAsync(
                BinaryData.FromBytes(content), Options(contentType, onlyIfNew), cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsConflict() || exception.IsImmutable())
        {
            // A policy lets blobs be made and not be changed: what it refuses to have made is there.
            return false;
        }
    }

    /// <summary>Reads a blob that is not longer than a limit; null if there is none.</summary>
    /// <exception cref="InvalidDataException">It is longer.</exception>
    public static async Task<BinaryData?> TryReadAsync(
        this BlobContainerClient container, string name, long maximumLength, CancellationToken cancellationToken)
    {
        if (await container.TryOpenAsync(name, cancellationToken) is not var (content, length))
        {
            return null;
        }

        await using (content)
        {
            CheckLength(container, name, length, maximumLength);
            var bytes = new byte[length];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            return BinaryData.FromBytes(bytes);
        }
    }

    /// <summary>Reads a blob; null if there is none.</summary>
    public static async Task<BinaryData?> TryReadAsync(this BlobContainerClient container, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content;
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }

    /// <summary>Lists blobs; none where the container is not there yet, as on a host that nothing was uploaded to.</summary>
    public static IAsyncEnumerable<BlobItem> ListAsync(this BlobContainerClient container, GetBlobsOptions options, CancellationToken cancellationToken) =>
        container.GetBlobsAsync(options, cancellationToken).OrNoneAsync(cancellationToken);

    /// <summary>What a listing shows; nothing where the container is not there yet.</summary>
    public static async IAsyncEnumerable<T> OrNoneAsync<T>(
        this AsyncPageable<T> listing, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        await using var items = listing.GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync())
        {
            yield return items.Current;
        }

        async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                return await items.MoveNextAsync();
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                return false;
            }
        }
    }

    /// <summary>Writes, and makes the container first where it is not there yet.</summary>
    public static async Task<T> WithContainerAsync<T>(this BlobContainerClient container, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return await write();
        }
    }

    /// <summary>Opens a blob; null if there is none. The stream resumes by itself after network failures.</summary>
    public static async Task<(Stream Content, long Length)?> TryOpenAsync(
        this BlobContainerClient container, string name, CancellationToken cancellationToken)
    {
        try
        {
            // Where it resumes, it asks for the version that it began with.
            var download = (await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            return (download.Content, download.Details.ContentLength);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }

    /// <summary>Reads a <c>.npy</c> blob; null if there is none.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="maximumLength"/>, or no such file.</exception>
    public static async Task<NpyArray<T>?> TryReadArrayAsync<T>(
        this BlobContainerClient container, string name, CancellationToken cancellationToken, long maximumLength = long.MaxValue)
        where T : unmanaged
    {
        if (await container.TryOpenAsync(name, cancellationToken) is not var (content, length))
        {
            return null;
        }

        await using (content)
        {
            CheckLength(container, name, length, maximumLength);
            return await NpyFile.ReadAsync<T>(content, length, cancellationToken);
        }
    }

    /// <summary>Deletes a blob with the snapshots that somebody may have taken of it: with them it could not be deleted alone. None is well.</summary>
    public static Task DeleteWholeAsync(this BlobContainerClient container, string name, CancellationToken cancellationToken) =>
        container.DeleteBlobIfExistsAsync(name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);

    /// <summary>Deletes all blobs whose name begins so, with their snapshots, several at once.</summary>
    /// <returns>How many blobs are still there because they are held.</returns>
    public static async Task<int> DeleteAllAsync(this BlobContainerClient container, string prefix, CancellationToken cancellationToken)
    {
        var held = 0;
        await Parallel.ForEachAsync(
            container.GetBlobsAsync(new() { Prefix = prefix }, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls, CancellationToken = cancellationToken },
            async (item, stop) =>
            {
                try
                {
                    await container.DeleteWholeAsync(item.Name, stop);
                }
                catch (RequestFailedException exception) when (exception.IsHeld())
                {
                    Interlocked.Increment(ref held);
                }
            });
        return held;
    }

    private static void CheckLength(BlobContainerClient container, string name, long length, long maximumLength)
    {
        if (length > maximumLength)
        {
            throw new InvalidDataException($"'{name}' in the container '{container.Name}' has {length} bytes, more than the {maximumLength} that are read.");
        }
    }

    private static BlobUploadOptions Options(string contentType, BlobRequestConditions? conditions) => new()
    {
        HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
        Conditions = conditions,
        TransferOptions = ClientOptions.Transfers,
    };
}
