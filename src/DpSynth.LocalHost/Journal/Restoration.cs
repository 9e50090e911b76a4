using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace DpSynth.LocalHost.Journal;

/// <summary>Puts back, byte for byte, what the journal holds and the emulator has lost.</summary>
/// <param name="accounts">The emulator's accounts by name, with clients that do not write the journal.</param>
internal sealed class Restoration(Func<string, BlobServiceClient> accounts)
{
    private const int LargestAppend = 4 << 20;

    private readonly List<string> _putBack = [];
    private readonly List<string> _doubts = [];

    /// <summary>The blobs that were put back.</summary>
    public IReadOnlyList<string> PutBack => _putBack;

    /// <summary>What could not be told, each in a sentence.</summary>
    public IReadOnlyList<string> Doubts => _doubts;

    /// <summary>Compares all blobs of which the journal knows, and puts back what is not there.</summary>
    public async Task RestoreAsync(IEnumerable<BlobFate> fates, CancellationToken cancellationToken)
    {
        foreach (var fate in fates)
        {
            var container = accounts(fate.Place.Account).GetBlobContainerClient(fate.Place.Container);
            var isChanged = fate switch
            {
                WholeBlob whole => await RestoreAsync(container, whole, cancellationToken),
                GrownBlob grown => await RestoreAsync(container, grown, cancellationToken),
                _ => await container.DeleteBlobIfExistsAsync(fate.Place.Blob, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken),
            };
            if (isChanged)
            {
                _putBack.Add(fate.Place.ToString());
            }
        }
    }

    private static async Task<bool> RestoreAsync(BlobContainerClient container, WholeBlob whole, CancellationToken cancellationToken)
    {
        if (whole.Parts.Any(static part => part.Bytes.File is null))
        {
            // Its blocks are older than the journal, which is only sealed when no blob waits for them: nobody has waited for this one.
            return false;
        }

        var blob = container.GetBlockBlobClient(whole.Place.Blob);
        var there = await LookAsync(blob, cancellationToken);
        if (whole.IsUncertain && !IsMet(whole.Write, there))
        {
            return false;
        }

        if (there is not null && await IsSameAsync(blob, whole, cancellationToken))
        {
            return false;
        }

        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var headers = new BlobHttpHeaders { ContentType = whole.Write.ContentType };
        var metadata = whole.Write.Metadata?.ToDictionary();
        if (whole.Write.Kind == WriteKind.Put)
        {
            using var content = new MemoryStream(whole.Parts[0].Bytes.Read());
            await blob.UploadAsync(
                content,
                new BlobUploadOptions { HttpHeaders = headers, Metadata = metadata, TransferOptions = new() { InitialTransferSize = int.MaxValue } },
                cancellationToken);
            return true;
        }

        foreach (var (name, bytes) in whole.Parts)
        {
            using var content = new MemoryStream(bytes.Read());
            await blob.StageBlockAsync(name, content, cancellationToken: cancellationToken);
        }

        await blob.CommitBlockListAsync(
            whole.Parts.Select(static part => part.BlockId!),
            new CommitBlockListOptions { HttpHeaders = headers, Metadata = metadata },
            cancellationToken);
        return true;
    }

    private static bool IsMet(BlobWrite write, BlobProperties? there) =>
        write.OnlyIfNew ? there is null
        : write.IfMatch is not { } wanted || there?.ETag.ToString("H") == wanted;

    private static async Task<bool> IsSameAsync(BlobBaseClient blob, WholeBlob whole, CancellationToken cancellationToken)
    {
        try
        {
            await using var there = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content;
            foreach (var (_, bytes) in whole.Parts)
            {
                var wanted = bytes.Read();
                var found = new byte[wanted.Length];
                if (await there.ReadAtLeastAsync(found, found.Length, throwOnEndOfStream: false, cancellationToken) < found.Length
                    || !wanted.AsSpan().SequenceEqual(found))
                {
                    return false;
                }
            }

            return await there.ReadAsync(new byte[1], cancellationToken) == 0;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return false;
        }
    }

    private async Task<bool> RestoreAsync(BlobContainerClient container, GrownBlob grown, CancellationToken cancellationToken)
    {
        var blob = container.GetAppendBlobClient(grown.Place.Blob);
        var first = grown.Pieces is [var (position, _, _), ..] ? position : 0;
        var isThere = await LookAsync(blob, cancellationToken) is not null;
        var there = isThere ? await ReadAsync(blob, range: default, cancellationToken) : null;
        var kept = there ?? (first == 0 ? [] : isThere ? await ReadAsync(blob, new HttpRange(0, first), cancellationToken) : null);
        if (kept is null || kept.Length < first)
        {
            _doubts.Add($"'{grown.Place}' is shorter than it was before the journal began.");
            return false;
        }

        using var wanted = new MemoryStream();
        wanted.Write(kept);
        foreach (var (at, bytes, isUncertain) in grown.Pieces)
        {
            var piece = bytes.Read();
            var overlap = (int)Math.Min(piece.Length, wanted.Length - at);
            if (overlap < 0 || !wanted.GetBuffer().AsSpan((int)at, overlap).SequenceEqual(piece.AsSpan(0, overlap)))
            {
                if (!isUncertain)
                {
                    _doubts.Add($"'{grown.Place}' is not what was written.");
                    return false;
                }

                continue;
            }

            wanted.Seek(0, SeekOrigin.End);
            wanted.Write(piece.AsSpan(overlap));
        }

        if (there is not null && wanted.Length == there.Length)
        {
            return false;
        }

        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        if (there is null)
        {
            // What cannot be read to its end cannot be appended to either.
            await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
            await blob.CreateAsync(
                new AppendBlobCreateOptions { HttpHeaders = new BlobHttpHeaders { ContentType = grown.Creation?.ContentType ?? "application/jsonl" } },
                cancellationToken);
        }

        foreach (var chunk in wanted.ToArray()[(there?.Length ?? 0)..].Chunk(LargestAppend))
        {
            using var content = new MemoryStream(chunk);
            await blob.AppendBlockAsync(content, cancellationToken: cancellationToken);
        }

        return true;
    }

    private static async Task<BlobProperties?> LookAsync(BlobBaseClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Reads a blob or the beginning of it; null if the emulator cannot.</summary>
    private static async Task<byte[]?> ReadAsync(BlobBaseClient blob, HttpRange range, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.DownloadContentAsync(new BlobDownloadOptions { Range = range }, cancellationToken)).Value.Content.ToArray();
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    /// <summary>The emulator keeps names and contents in different files: it may know a blob whose content it has lost.</summary>
    private static bool IsUnreadable(Exception exception) => exception is IOException or RequestFailedException { Status: 0 or 416 or >= 500 };
}
